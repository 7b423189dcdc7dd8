extension Conversation {
  /// What a conversation begins with and keeps as it goes on: what was said up to the end of its user's first turn, and
  /// neither marks nor members of a dialect's own, which clients move along. Nil where no user has spoken.
  public var opening: [String]? {
    guard let end = turns.firstIndex(where: { $0.role == .user }) else { return nil }
    var opening: [String] = []
    for turn in turns[...end] {
      opening.append(turn.role.rawValue)
      opening += turn.parts.compactMap(\.spoken)
    }
    return opening
  }

  /// What OpenAI's clients say of requests whose prompts begin alike.
  public var promptCacheKey: String? { extras["prompt_cache_key"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
}

extension Part {
  fileprivate var spoken: String? {
    switch self {
    case .text(let part): part.text
    case .image(let image): image.source
    case .document(let document): document.text ?? document.source ?? document.id
    case .refusal, .thought, .toolCall, .toolResult, .audio, .citation, .opaque: nil
    }
  }
}
