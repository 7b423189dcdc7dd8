/// What makers of other dialects want back, as it goes through clients of Gemini's: as the `thoughtSignature` of a part, which
/// such clients send back as it came.
enum GeminiMark {
  /// The signature of a call, and whose it is.
  static func signature(_ text: String) -> (String?, Maker?) {
    guard case .toolCall(let call)? = MakersMark.unwrap(text) else {
      return (text, Maker(provider: nil, dialect: .gemini))
    }
    return (call.signature, call.maker)
  }

  /// A thought by its text and its mark.
  static func thought(_ text: String, _ mark: String?) -> Part {
    guard let mark, !mark.isEmpty else { return .thought(Thought(text)) }
    switch MakersMark.unwrap(mark) {
    case .thought(var thought)?:
      thought.text = text
      return .thought(thought)
    case let part?: return part
    case nil: return .thought(Thought(text, signature: mark, maker: Maker(provider: nil, dialect: .gemini)))
    }
  }

  /// Nil for a thought that its maker does not want back.
  static func mark(of thought: Thought) -> String? {
    if let maker = thought.maker, maker.dialect == .gemini { return thought.signature }
    guard thought.maker != nil, thought.signature != nil || thought.sealed != nil else { return nil }
    var mark = thought
    mark.text = ""
    return MakersMark.wrap(.thought(mark))
  }

  /// The same of a call.
  static func mark(of call: ToolCall) -> String? {
    guard let signature = call.signature, let maker = call.maker else { return nil }
    if maker.dialect == .gemini { return signature }
    return MakersMark.wrap(
      .toolCall(ToolCall(id: "", name: "", arguments: "", signature: signature, maker: maker)))
  }
}
