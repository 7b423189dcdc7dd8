extension Turn {
  /// What stands for pictures, sounds, files and what only its provider knows of a model's where they cannot go back to one
  /// and the turn has nothing else: without it two turns of the user's would follow each other. Nil where there are none.
  var standIn: String? {
    var told: String?
    for part in parts {
      switch part {
      case .audio(let audio): return audio.transcript ?? "[audio]"
      case .image: told = "[image]"
      case .document: told = told ?? "[file]"
      case .opaque(let part) where part.name.isEmpty && part.dialect == .chat: told = told ?? "[omitted]"
      default: continue
      }
    }
    return told
  }

  var hasImages: Bool { parts.contains { if case .image = $0 { true } else { false } } }

  /// For whom a message has no member for what a model said instead of an answer.
  var withRefusalsAsTexts: Turn {
    var turn = self
    turn.parts = parts.map { part in
      if case .refusal(let text) = part { .text(text) } else { part }
    }
    return turn
  }
}
