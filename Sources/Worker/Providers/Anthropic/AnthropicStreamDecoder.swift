import Shared

/// Reads Anthropic's stream of blocks (https://platform.claude.com/docs/en/build-with-claude/streaming). Events and
/// blocks of kinds that it does not know are passed over, as Anthropic asks of clients.
struct AnthropicStreamDecoder: StreamDecoder {
  /// A block that is a call, while its arguments come.
  private struct Call {
    /// Counts the calls of the answer.
    let index: Int
    /// What the block started with; its arguments should none follow.
    let input: String
    var hasArguments = false
  }

  /// The head, for limits that it states beside an error.
  let response: ProviderResponse
  let key: Secret?
  private(set) var isComplete = false
  /// By the index of their blocks; those that have ended are gone.
  private var openCalls: [Int64: Call] = [:]
  private var calls = 0
  /// Counts so far: the first event has the prompt's, the last but one the answer's.
  private var usage = JSONObject()

  init(response: ProviderResponse, key: Secret?) {
    self.response = response
    self.key = key
  }

  mutating func decode(_ event: ServerSentEvent) throws(ProviderFault) -> StreamPiece {
    guard let value = try? JSONParser.parse(event.data) else { throw .failing("not JSON") }
    if let error = ProviderErrorObject(in: value) {
      throw AnthropicFault.fault(error, status: nil, response, hiding: key)
    }
    var piece = StreamPiece()
    switch value["type"]?.string {
    case "message_start": piece.usage = count(value["message"]?["usage"])
    case "content_block_start": piece.delta = start(value["content_block"], value["index"])
    case "content_block_delta": piece.delta = go(on: value["delta"], value["index"])
    case "content_block_stop": piece.delta = stop(value["index"])
    case "message_delta":
      piece.usage = count(value["usage"])
      if let reason = value["delta"]?["stop_reason"], !reason.isNull {
        piece.finishReason = try AnthropicDialect.finishReason(reason)
      }
    case "message_stop": isComplete = true
    case "error": throw .failing("error in the answer")
    default: break
    }
    return piece
  }

  private mutating func count(_ more: JSONValue?) -> TokenUsage? {
    guard let more = more?.object else { return nil }
    for (name, value) in more where !value.isNull { usage[name] = value }
    return TokenUsage(anthropic: .object(usage))
  }

  // MARK: - Blocks

  private mutating func start(_ block: JSONValue?, _ index: JSONValue?) -> AnswerDelta {
    guard let block else { return AnswerDelta() }
    if block["type"]?.string == "text" { return AnswerDelta(text: block["text"]?.string ?? "") }
    guard var call = AnthropicDialect.call(block), let index = index?.integer else { return AnswerDelta() }
    openCalls[index] = Call(index: calls, input: call.arguments)
    call.arguments = ""
    defer { calls += 1 }
    return AnswerDelta(message: ["tool_calls": [call.fragment(at: calls)]])
  }

  private mutating func go(on delta: JSONValue?, _ index: JSONValue?) -> AnswerDelta {
    switch delta?["type"]?.string {
    case "text_delta": return AnswerDelta(text: delta?["text"]?.string ?? "")
    case "input_json_delta":
      guard let index = index?.integer, var call = openCalls[index],
        let text = delta?["partial_json"]?.string, !text.isEmpty
      else { return AnswerDelta() }
      call.hasArguments = true
      openCalls[index] = call
      return Self.arguments(text, of: call)
    // Thoughts and their signatures are not part of the answer.
    default: return AnswerDelta()
    }
  }

  /// A function without parameters is called without a delta.
  private mutating func stop(_ index: JSONValue?) -> AnswerDelta {
    guard let index = index?.integer, let call = openCalls.removeValue(forKey: index), !call.hasArguments
    else { return AnswerDelta() }
    return Self.arguments(call.input, of: call)
  }

  private static func arguments(_ text: String, of call: Call) -> AnswerDelta {
    AnswerDelta(message: [
      "tool_calls": [["index": .integer(Int64(call.index)), "function": ["arguments": .string(text)]]]
    ])
  }
}
