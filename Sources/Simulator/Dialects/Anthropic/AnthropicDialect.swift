import HTTPTypes
import NIOCore
import Shared

/// Anthropic's Messages API (https://docs.anthropic.com/en/api/messages).
struct AnthropicDialect: Dialect {
  /// The names of OpenAI's dialect, so that one rule can be for all providers.
  private static let names = [
    "stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens", "content_filter": "refusal",
  ]

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    if call.delivery == .count { return ["input_tokens": .integer(Int64(answer.usage?.prompt ?? 1))] }
    var content: [JSONValue] = []
    if let thought = call.thought {
      content.append([
        "type": "thinking", "thinking": .string(thought),
        "signature": .string(AnthropicThought.signature(answer.id)),
      ])
    }
    if !answer.text.isEmpty { content.append(["type": "text", "text": .string(answer.text)]) }
    for (index, toolCall) in answer.toolCalls.enumerated() {
      content.append(toolUse(answer, index, input: toolCall.arguments))
    }
    var message = message(call, answer, content)
    message["stop_reason"] = stopReason(answer)
    message["stop_sequence"] = stopSequence(answer)
    if let usage = answer.usage { message["usage"] = .object(self.usage(usage, output: usage.completion)) }
    return .object(message)
  }

  func headers(id: String) -> HTTPFields {
    var headers: HTTPFields = [:]
    headers.set("request-id", "req_\(id)")
    headers.set("anthropic-organization-id", "00000000-0000-4000-8000-000000000000")
    // Such times are RFC 3339; this one is always past, as that of a limit that is far.
    for (name, limit, remaining) in [("requests", 4000, 3999), ("tokens", 400_000, 399_000)] {
      headers.set("anthropic-ratelimit-\(name)-limit", "\(limit)")
      headers.set("anthropic-ratelimit-\(name)-remaining", "\(remaining)")
      headers.set("anthropic-ratelimit-\(name)-reset", "2026-01-31T09:15:02Z")
    }
    return headers
  }

  func message(_ call: ChatCall, _ answer: Answer, _ content: [JSONValue]) -> JSONObject {
    [
      "id": .string("msg_\(answer.id)"), "type": "message", "role": "assistant", "model": .string(call.model),
      "content": .array(content), "stop_reason": .null, "stop_sequence": .null,
    ]
  }

  func toolUse(_ answer: Answer, _ index: Int, input: JSONValue) -> JSONValue {
    [
      "type": "tool_use", "id": .string("toolu_\(answer.id)\(index)"),
      "name": .string(answer.toolCalls[index].name), "input": input,
    ]
  }

  /// What was read from the cache is told apart from the rest of the prompt.
  func usage(_ usage: Behaviour.Usage, output: Int) -> JSONObject {
    [
      "input_tokens": .integer(Int64(usage.prompt - usage.cached)), "cache_creation_input_tokens": 0,
      "cache_read_input_tokens": .integer(Int64(usage.cached)), "output_tokens": .integer(Int64(output)),
      "service_tier": "standard",
    ]
  }

  func stopReason(_ answer: Answer) -> JSONValue {
    switch answer.finish {
    case .stop: answer.stopSequence == nil ? "end_turn" : "stop_sequence"
    case .length: "max_tokens"
    case .toolCalls: "tool_use"
    case .blocked: "refusal"
    case .named(let reason): .string(Self.names[reason] ?? reason)
    case .none: .null
    }
  }

  func stopSequence(_ answer: Answer) -> JSONValue {
    answer.finish == .stop ? answer.stopSequence.map(JSONValue.string) ?? .null : .null
  }
}
