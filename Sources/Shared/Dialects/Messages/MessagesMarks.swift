/// What makers of other dialects want back, as it goes through clients of Anthropic's: in the `signature` of a thinking
/// block or the `data` of a sealed one, of which such clients send back each as it came. What speaks Anthropic's dialect itself
/// has its own there, as it said it, and its name in a member beside it.
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

  /// What stands for what a thought's maker wants back; nil for one of a maker that speaks this dialect.
  static func wrap(_ thought: Thought) -> String? {
    guard let maker = thought.maker, maker.dialect != .messages,
      thought.signature != nil || thought.sealed != nil
    else { return nil }
    var mark = thought
    mark.text = ""
    return MakersMark.wrap(.thought(mark))
  }

  /// The member of a thinking block that says whose its signature is.
  private static let makerName = "sluice"

  /// The members of a thought that its maker told in this dialect, with the one that names it; none for others.
  static func members(of thought: Thought) -> JSONObject {
    guard let maker = thought.maker, maker.dialect == .messages else { return [:] }
    guard maker.provider != nil else { return thought.extras }
    return thought.extras.merging([makerName: .string(maker.name)]) { _, ours in ours }
  }

  /// Whose a thinking block of a client's is, by the member that is taken out of the others. Where nothing tells it, as in a
  /// history that began elsewhere, the dialect alone is known.
  static func takeMaker(from extras: inout JSONObject) -> Maker {
    guard let named = extras.removeValue(forKey: makerName)?.string.flatMap({ Maker(name: $0) }),
      named.dialect == .messages
    else { return Maker(provider: nil, dialect: .messages) }
    return named
  }

  /// What stands for the signature of a call; nil for one that nobody signed.
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
