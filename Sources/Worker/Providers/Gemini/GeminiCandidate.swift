import Shared

/// What the parts of an answer say, of one that is whole or of a piece of it. Thoughts are not part of it.
struct GeminiCandidate {
  private(set) var text = ""
  private(set) var calls: [ToolCall] = []

  init(_ candidate: JSONValue) {
    for part in candidate["content"]?["parts"]?.array ?? [] where part["thought"]?.bool != true {
      if let text = part["text"]?.string { self.text += text }
      if let call = Self.call(part) { calls.append(call) }
    }
  }

  private static func call(_ part: JSONValue) -> ToolCall? {
    guard let function = part["functionCall"], let name = function["name"]?.string else { return nil }
    let id = function["id"]?.string ?? ""
    return ToolCall(
      id: id.isEmpty ? newID() : id, name: name,
      arguments: (function["args"].flatMap { $0.object == nil ? nil : $0 } ?? [:]).description,
      extraContent: part["thoughtSignature"]?.string.map { ["google": ["thought_signature": .string($0)]] })
  }

  /// Models before Gemini 3 give their calls no ids; a client needs one to say which call it answers.
  private static func newID() -> String {
    let digits = Array("abcdefghijklmnopqrstuvwxyz234567")
    var generator = SystemRandomNumberGenerator()
    return "call_"
      + String((0..<24).map { _ in digits[Int(generator.next(upperBound: UInt64(digits.count)))] })
  }

  /// Gemini stops at a call as it does at an end. (https://ai.google.dev/api/generate-content#FinishReason)
  static func finishReason(_ reason: String?, hasCalls: Bool) throws(ProviderFault) -> FinishReason {
    switch reason {
    case "STOP": return hasCalls ? .toolCalls : .stop
    case "MAX_TOKENS": return .length
    case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
      "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
      throw ProviderFault(.contentFiltered, "content filter")
    case "MALFORMED_FUNCTION_CALL": throw .failing("malformed function call")
    case "UNEXPECTED_TOOL_CALL": throw .failing("call of a function that does not exist")
    case "LANGUAGE": throw .failing("unsupported language")
    case "OTHER": throw .failing("ended for no stated reason")
    case nil, "FINISH_REASON_UNSPECIFIED": throw .failing("no finish reason")
    default: throw .failing("unknown finish reason")
    }
  }

  /// What to say where there are no candidates; nil when the prompt was not blocked.
  static func blocked(_ value: JSONValue) -> ProviderFault? {
    value["promptFeedback"]?["blockReason"]?.string.map { _ in
      ProviderFault(.contentFiltered, "content filter (prompt)")
    }
  }
}
