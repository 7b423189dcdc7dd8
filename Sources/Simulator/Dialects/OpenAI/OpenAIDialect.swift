import HTTPTypes
import NIOCore
import Shared

/// OpenAI's chat completions and embeddings, with what Groq and OpenRouter do differently.
struct OpenAIDialect: Dialect {
  let provider: SimulatedProvider

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    var body: JSONObject = [
      "id": id(answer), "object": "chat.completion", "created": .integer(answer.created),
      "model": .string(call.model),
    ]
    body["choices"] = [
      [
        "index": 0, "message": message(answer), "logprobs": logprobs(of: answer.text, call),
        "finish_reason": finishReason(answer.finish),
      ]
    ]
    if let usage = answer.usage { body["usage"] = self.usage(usage, call) }
    switch provider {
    case .groq:
      body["system_fingerprint"] = "fp_simulator"
      body["x_groq"] = ["id": groqID(answer)]
    case .openrouter: body["provider"] = "Simulator"
    default:
      body["service_tier"] = "default"
      body["system_fingerprint"] = "fp_simulator"
    }
    return .object(body)
  }

  private func message(_ answer: Answer) -> JSONValue {
    let isSilent = answer.text.isEmpty && !answer.toolCalls.isEmpty
    var message: JSONObject = [
      "role": "assistant", "content": isSilent ? .null : .string(answer.text),
    ]
    if !answer.toolCalls.isEmpty {
      message["tool_calls"] = .array(
        answer.toolCalls.enumerated().map { index, call in
          [
            "id": .string(toolCallID(answer, index)), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.argumentsText)],
          ]
        })
    }
    if provider == .openai {
      message["refusal"] = .null
      message["annotations"] = []
    }
    return .object(message)
  }

  func headers(id: String) -> HTTPFields {
    var headers: HTTPFields = [:]
    switch provider {
    case .groq:
      headers.set("x-request-id", "req_\(id)")
      // Requests are counted by day, tokens by minute.
      headers.set("x-ratelimit-limit-requests", "14400")
      headers.set("x-ratelimit-limit-tokens", "18000")
      headers.set("x-ratelimit-remaining-requests", "14370")
      headers.set("x-ratelimit-remaining-tokens", "17997")
      headers.set("x-ratelimit-reset-requests", "2m59.56s")
      headers.set("x-ratelimit-reset-tokens", "7.66s")
    case .openrouter: headers.set("x-generation-id", "gen-\(id)")
    default:
      headers.set("x-request-id", "req_\(id)")
      headers.set("openai-processing-ms", "20")
    }
    return headers
  }

  func id(_ answer: Answer) -> JSONValue {
    .string(provider == .openrouter ? "gen-\(answer.id)" : "chatcmpl-\(answer.id)")
  }

  func groqID(_ answer: Answer) -> JSONValue { .string("req_\(answer.id)") }

  func toolCallID(_ answer: Answer, _ index: Int) -> String { "call_\(answer.id)\(index)" }

  func logprobs(of text: String, _ call: ChatCall) -> JSONValue {
    guard let count = call.logprobs, !text.isEmpty else { return .null }
    return ["content": .array(TokenLogprobs.make(text, alternatives: count)), "refusal": .null]
  }

  func finishReason(_ finish: Answer.Finish) -> JSONValue {
    switch finish {
    case .stop: "stop"
    case .length: "length"
    case .toolCalls: "tool_calls"
    case .blocked: "content_filter"
    case .named(let reason): .string(reason)
    case .none: .null
    }
  }

  func usage(_ usage: Behaviour.Usage, _ call: ChatCall) -> JSONValue {
    var object: JSONObject = [
      "prompt_tokens": .integer(Int64(usage.prompt)), "completion_tokens": .integer(Int64(usage.completion)),
      "total_tokens": .integer(Int64(usage.prompt + usage.completion)),
    ]
    var cached: JSONObject = ["cached_tokens": .integer(Int64(usage.cached))]
    var reasoning: JSONObject = ["reasoning_tokens": .integer(Int64(usage.reasoning))]
    switch provider {
    case .groq:
      // Seconds.
      object["queue_time"] = 0.018
      object["prompt_time"] = 0.0007
      object["completion_time"] = .double(Double(usage.completion) * 0.002)
      object["total_time"] = .double(Double(usage.completion) * 0.002 + 0.0007)
      if usage.cached == 0 { cached = [:] }
      if usage.reasoning == 0 { reasoning = [:] }
    case .openrouter:
      // Credits, which are dollars: 0.1 and 0.4 for a million.
      if call.wantsCost {
        object["cost"] = .double((Double(usage.prompt) + 4 * Double(usage.completion)) / 10_000_000)
      }
    default:
      cached["audio_tokens"] = 0
      for name in ["audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens"] {
        reasoning[name] = 0
      }
    }
    // Groq leaves out what is nought.
    if !cached.isEmpty { object["prompt_tokens_details"] = .object(cached) }
    if !reasoning.isEmpty { object["completion_tokens_details"] = .object(reasoning) }
    return .object(object)
  }
}
