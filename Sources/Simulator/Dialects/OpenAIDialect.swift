import HTTPTypes
import NIOCore
import Shared

/// OpenAI's chat completions, with what Groq and OpenRouter do differently.
struct OpenAIDialect: Dialect {
  let provider: SimulatedProvider

  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue {
    var body: JSONObject = [
      "id": id(answer), "object": "chat.completion", "created": .integer(answer.created),
      "model": .string(call.model),
    ]
    body["choices"] = [
      [
        "index": 0, "message": ["role": "assistant", "content": .string(answer.text)], "logprobs": nil,
        "finish_reason": finishReason(answer.finish),
      ]
    ]
    if let usage = answer.usage { body["usage"] = self.usage(usage) }
    switch provider {
    case .groq:
      body["system_fingerprint"] = "fp_simulator"
      body["x_groq"] = ["id": groqID(answer)]
    case .openrouter: body["provider"] = "Simulator"
    default: body["system_fingerprint"] = "fp_simulator"
    }
    return .object(body)
  }

  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    var events: [ByteBuffer] = []
    // OpenRouter says so while it waits for the provider behind it.
    if provider == .openrouter { events.append(ByteBuffer(string: ": OPENROUTER PROCESSING\n\n")) }
    var first = chunk(call, answer, delta: ["role": "assistant", "content": ""], finish: nil)
    if provider == .groq { first["x_groq"] = ["id": groqID(answer)] }
    events.append(event(first))
    for (index, piece) in answer.pieces.enumerated() {
      if provider == .openrouter, index == 1 {
        events.append(ByteBuffer(string: ": OPENROUTER PROCESSING\n\n"))
      }
      events.append(event(chunk(call, answer, delta: ["content": .string(piece)], finish: nil)))
    }
    if answer.finish != .none {
      var last = chunk(call, answer, delta: [:], finish: finishReason(answer.finish))
      if provider == .groq, let usage = answer.usage {
        last["x_groq"] = ["id": groqID(answer), "usage": self.usage(usage)]
      }
      events.append(event(last))
    }
    if let usage = answer.usage, tellsUsageLast(call) {
      var last = chunk(call, answer, delta: [:], finish: nil)
      last["choices"] = []
      last["usage"] = self.usage(usage)
      events.append(event(last))
    }
    events.append(ByteBuffer(string: "data: [DONE]\n\n"))
    return events
  }

  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int {
    (answer.finish == .none ? 0 : 1) + (answer.usage != nil && tellsUsageLast(call) ? 1 : 0) + 1
  }

  private func tellsUsageLast(_ call: ChatCall) -> Bool { call.wantsUsage || provider == .openrouter }

  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer {
    guard provider == .openrouter else {
      return event(["error": error["error"] ?? error])
    }
    var last = chunk(call, answer, delta: ["content": ""], finish: "error")
    last["error"] = error["error"] ?? error
    return event(last)
  }

  func headers(_ answer: Answer) -> HTTPFields {
    var headers: HTTPFields = [:]
    switch provider {
    case .groq:
      headers.set("x-request-id", "req_\(answer.id)")
      // Requests are counted by day, tokens by minute.
      headers.set("x-ratelimit-limit-requests", "14400")
      headers.set("x-ratelimit-limit-tokens", "18000")
      headers.set("x-ratelimit-remaining-requests", "14370")
      headers.set("x-ratelimit-remaining-tokens", "17997")
      headers.set("x-ratelimit-reset-requests", "2m59.56s")
      headers.set("x-ratelimit-reset-tokens", "7.66s")
    case .openrouter: headers.set("x-generation-id", "gen-\(answer.id)")
    default:
      headers.set("x-request-id", "req_\(answer.id)")
      headers.set("openai-processing-ms", "20")
    }
    return headers
  }

  private func chunk(
    _ call: ChatCall, _ answer: Answer, delta: JSONValue, finish: JSONValue?
  ) -> JSONObject {
    var chunk: JSONObject = [
      "id": id(answer), "object": "chat.completion.chunk", "created": .integer(answer.created),
      "model": .string(call.model),
      "choices": [["index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish ?? nil]],
    ]
    if provider == .openrouter { chunk["provider"] = "Simulator" }
    if call.wantsUsage { chunk["usage"] = .null }
    return chunk
  }

  private func event(_ object: JSONObject) -> ByteBuffer {
    var buffer = ByteBuffer(string: "data: ")
    buffer.writeJSON(.object(object))
    buffer.writeStaticString("\n\n")
    return buffer
  }

  private func id(_ answer: Answer) -> JSONValue {
    .string(provider == .openrouter ? "gen-\(answer.id)" : "chatcmpl-\(answer.id)")
  }

  private func groqID(_ answer: Answer) -> JSONValue { .string("req_\(answer.id)") }

  private func finishReason(_ finish: Answer.Finish) -> JSONValue {
    switch finish {
    case .stop: "stop"
    case .length: "length"
    case .blocked: "content_filter"
    case .named(let reason): .string(reason)
    case .none: .null
    }
  }

  private func usage(_ usage: Behaviour.Usage) -> JSONValue {
    var object: JSONObject = [
      "prompt_tokens": .integer(Int64(usage.prompt)), "completion_tokens": .integer(Int64(usage.completion)),
      "total_tokens": .integer(Int64(usage.prompt + usage.completion)),
    ]
    guard provider == .groq else { return .object(object) }
    // Seconds.
    object["queue_time"] = 0.018
    object["prompt_time"] = 0.0007
    object["completion_time"] = .double(Double(usage.completion) * 0.002)
    object["total_time"] = .double(Double(usage.completion) * 0.002 + 0.0007)
    return .object(object)
  }
}
