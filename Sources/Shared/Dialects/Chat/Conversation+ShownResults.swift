extension Conversation {
  /// The conversation with what tools showed (pictures, files) in a message of the user's behind their results: OpenAI's
  /// chat takes nothing but text as a tool's result.
  var withShownResultsApart: Conversation {
    guard turns.contains(where: \.isShown) else { return self }
    var conversation = self
    conversation.turns = []
    var shown: [Part] = []
    for var turn in turns {
      if turn.role == .tool {
        shown += turn.takeShown()
      } else if !shown.isEmpty {
        conversation.turns.append(Turn(role: .user, parts: shown))
        shown = []
      }
      conversation.turns.append(turn)
    }
    if !shown.isEmpty { conversation.turns.append(Turn(role: .user, parts: shown)) }
    return conversation
  }
}

extension Turn {
  fileprivate var isShown: Bool {
    parts.contains {
      if case .toolResult(let result) = $0 { result.parts.contains(where: \.isShown) } else { false }
    }
  }

  /// Takes out of the results what is no text.
  fileprivate mutating func takeShown() -> [Part] {
    var shown: [Part] = []
    for index in parts.indices {
      guard case .toolResult(var result) = parts[index], result.parts.contains(where: \.isShown) else {
        continue
      }
      shown += result.parts.filter(\.isShown)
      result.parts.removeAll(where: \.isShown)
      if result.parts.isEmpty { result.parts = [.text("The result is in the message that follows.")] }
      parts[index] = .toolResult(result)
    }
    return shown
  }
}

extension Part {
  fileprivate var isShown: Bool {
    switch self {
    case .image, .audio, .document: true
    case .text, .refusal, .thought, .toolCall, .toolResult, .citation, .opaque: false
    }
  }
}
