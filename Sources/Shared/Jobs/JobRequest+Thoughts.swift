extension JobRequest {
  /// The request without what only its maker can take back; nil where there is nothing of that.
  public var withoutThoughts: JobRequest? {
    guard case .chat(var conversation) = self else { return nil }
    for turn in conversation.turns.indices {
      conversation.turns[turn].parts = conversation.turns[turn].parts.compactMap(\.withoutMaker)
    }
    let plain = JobRequest.chat(conversation)
    return plain == self ? nil : plain
  }
}

extension Part {
  fileprivate var withoutMaker: Part? {
    switch self {
    case .thought(let thought): return thought.maker == nil ? self : nil
    case .opaque(let part): return part.maker == nil ? self : nil
    case .toolCall(var call):
      call.signature = nil
      call.maker = nil
      return .toolCall(call)
    default: return self
    }
  }
}
