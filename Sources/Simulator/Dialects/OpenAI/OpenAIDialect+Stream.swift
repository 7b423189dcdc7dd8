import NIOCore
import Shared

extension OpenAIDialect {
  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    var events: [ByteBuffer] = []
    // OpenRouter says so while it waits for the provider behind it.
    if provider == .openrouter { events.append(ByteBuffer(string: ": OPENROUTER PROCESSING\n\n")) }
    let isSilent = answer.text.isEmpty && !answer.toolCalls.isEmpty
    var opening: JSONObject = ["role": "assistant", "content": isSilent ? .null : ""]
    if provider == .openai { opening["refusal"] = .null }
    var first = chunk(call, answer, delta: .object(opening))
    if provider == .groq { first["x_groq"] = ["id": groqID(answer)] }
    events.append(ServerSentEvent.lineFeed(first))
    for (index, piece) in answer.pieces.enumerated() {
      if provider == .openrouter, index == 1 {
        events.append(ByteBuffer(string: ": OPENROUTER PROCESSING\n\n"))
      }
      let logprobs = logprobs(of: piece, call)
      events.append(
        ServerSentEvent.lineFeed(
          chunk(call, answer, delta: ["content": .string(piece)], logprobs: logprobs)))
    }
    for (index, toolCall) in answer.toolCalls.enumerated() {
      for delta in deltas(of: toolCall, index, id: toolCallID(answer, index)) {
        events.append(ServerSentEvent.lineFeed(chunk(call, answer, delta: ["tool_calls": [delta]])))
      }
    }
    return events + closing(call, answer)
  }

  /// The call's name with its id, then its arguments bit by bit.
  private func deltas(of call: ToolCall, _ index: Int, id: String) -> [JSONValue] {
    let number = JSONValue.integer(Int64(index))
    let head: JSONValue = [
      "index": number, "id": .string(id), "type": "function",
      "function": ["name": .string(call.name), "arguments": ""],
    ]
    return [head]
      + call.argumentFragments.map { ["index": number, "function": ["arguments": .string($0)]] }
  }

  /// The events that say that all was said.
  private func closing(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer] {
    var events: [ByteBuffer] = []
    if answer.finish != .none {
      var last = chunk(call, answer, delta: [:], finish: finishReason(answer.finish))
      if provider == .groq, let usage = answer.usage {
        last["x_groq"] = ["id": groqID(answer), "usage": self.usage(usage, call)]
      }
      events.append(ServerSentEvent.lineFeed(last))
    }
    if let usage = answer.usage, tellsUsageLast(call) {
      var last = chunk(call, answer, delta: [:])
      last["choices"] = []
      last["usage"] = self.usage(usage, call)
      events.append(ServerSentEvent.lineFeed(last))
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
      return ServerSentEvent.lineFeed(["error": error["error"] ?? error])
    }
    var last = chunk(call, answer, delta: ["content": ""], finish: "error")
    last["error"] = error["error"] ?? error
    return ServerSentEvent.lineFeed(last)
  }

  private func chunk(
    _ call: ChatCall, _ answer: Answer, delta: JSONValue, logprobs: JSONValue = .null,
    finish: JSONValue = .null
  ) -> JSONObject {
    var chunk: JSONObject = [
      "id": id(answer), "object": "chat.completion.chunk", "created": .integer(answer.created),
      "model": .string(call.model),
      "choices": [["index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish]],
    ]
    switch provider {
    case .openrouter: chunk["provider"] = "Simulator"
    case .openai:
      chunk["service_tier"] = "default"
      chunk["system_fingerprint"] = "fp_simulator"
    default: chunk["system_fingerprint"] = "fp_simulator"
    }
    if call.wantsUsage { chunk["usage"] = .null }
    return chunk
  }
}
