import Shared

/// A conversation as Gemini wants it: system text apart, turns that alternate and start with the user's.
struct GeminiConversation: Sendable, Hashable {
  struct Turn: Sendable, Hashable {
    let isModel: Bool
    var texts: [String]
  }

  private(set) var system: [String] = []
  private(set) var turns: [Turn] = []

  init(_ messages: [ChatMessage]) {
    // Gemini refuses empty parts with 400.
    for message in messages where !message.content.isEmpty {
      switch message.role {
      case .system, .developer: system.append(message.content)
      case .user: append(message.content, isModel: false)
      case .assistant: append(message.content, isModel: true)
      }
    }
    startWithUser()
  }

  private mutating func append(_ text: String, isModel: Bool) {
    if turns.last?.isModel == isModel {
      turns[turns.count - 1].texts.append(text)
    } else {
      turns.append(Turn(isModel: isModel, texts: [text]))
    }
  }

  /// `contents` may not be empty: a conversation of system messages only is asked as the user's. One that
  /// starts with the model gets a blank turn before it, which Gemini takes where it refuses an empty one.
  private mutating func startWithUser() {
    if turns.isEmpty {
      turns = [Turn(isModel: false, texts: system.isEmpty ? [" "] : system)]
      system = []
    } else if turns[0].isModel {
      turns.insert(Turn(isModel: false, texts: [" "]), at: 0)
    }
  }
}
