/// What makers want back, Anthropic's among them, as it goes through clients of Anthropic's: in the `signature` of a thinking
/// block or the `data` of a sealed one, of which such clients send back each as it came.
enum MessagesMarks {
  /// The parts of an answer as they were before: the marks in them are what they stand for again.
  static func unwrap(_ parts: [Part]) -> [Part] {
    guard parts.contains(where: \.isMarked) else { return parts }
    var unwrapped: [Part] = []
    var signed: [String: ToolCall] = [:]
    for part in parts {
      guard case .thought(let thought) = part, let mark = thought.signature ?? thought.sealed,
        let original = MakersMark.unwrap(mark)
      else {
        unwrapped.append(part)
        continue
      }
      switch original {
      case .thought(var original):
        original.text = thought.text
        // Anthropic's own members stand beside the mark.
        if original.maker?.dialect == .messages { original.extras = thought.extras }
        unwrapped.append(.thought(original))
      case .toolCall(let call): signed[call.id] = call
      default: unwrapped.append(original)
      }
    }
    guard !signed.isEmpty else { return unwrapped }
    return unwrapped.map { part in
      guard case .toolCall(var call) = part, let mark = signed[call.id] else { return part }
      call.signature = mark.signature
      call.maker = mark.maker
      return .toolCall(call)
    }
  }

  /// What stands for what a thought's maker wants back; nil where nobody does, or nobody knows who that is.
  static func wrap(_ thought: Thought) -> String? {
    guard let maker = thought.maker, maker.dialect != .messages || maker.provider != nil,
      thought.signature != nil || thought.sealed != nil
    else { return nil }
    var mark = thought
    mark.text = ""
    if maker.dialect == .messages { mark.extras = [:] }
    return MakersMark.wrap(.thought(mark))
  }

  /// The same for a call that its maker signed.
  static func wrap(_ call: ToolCall) -> String? {
    guard let signature = call.signature, let maker = call.maker else { return nil }
    return MakersMark.wrap(
      .toolCall(ToolCall(id: call.id, name: "", arguments: "", signature: signature, maker: maker)))
  }
}

extension Part {
  fileprivate var isMarked: Bool {
    guard case .thought(let thought) = self, let mark = thought.signature ?? thought.sealed else {
      return false
    }
    return MakersMark.looksLikeOne(mark)
  }
}
