extension Part {
  /// Says under which of its keys the maker of this part was asked, where it has a maker that is known.
  public mutating func setMakersKey(_ key: KeyPlace) {
    switch self {
    case .thought(var thought):
      thought.maker?.setKey(key)
      self = .thought(thought)
    case .toolCall(var call):
      call.maker?.setKey(key)
      self = .toolCall(call)
    case .opaque(var part):
      part.maker?.setKey(key)
      self = .opaque(part)
    case .text, .refusal, .toolResult, .image, .audio, .document, .citation: break
    }
  }
}

extension Maker {
  fileprivate mutating func setKey(_ key: KeyPlace) {
    if provider != nil { self.key = key }
  }
}

extension Answer {
  /// The same for all of its parts.
  public mutating func setMakersKey(_ key: KeyPlace) {
    for choice in choices.indices {
      for part in choices[choice].parts.indices { choices[choice].parts[part].setMakersKey(key) }
    }
  }
}

extension AnswerEvent {
  /// The same for the part that it tells of.
  public mutating func setMakersKey(_ key: KeyPlace) {
    guard case .part(var part, let index, let choice) = self else { return }
    part.setMakersKey(key)
    self = .part(part, at: index, choice: choice)
  }
}
