import Shared

extension Problem {
  /// One for a conversation that never was, is gone, or is another's. In OpenAI's words.
  static func noConversation(_ text: String?) -> Problem {
    .conversationNotFound("Conversation with id '\((text ?? "").prefix(64))' not found.")
  }

  static func noItem(_ item: String, in id: ConversationID) -> Problem {
    .conversationNotFound("Item with id '\(item.prefix(64))' not found in conversation '\(id.text)'.")
  }

  /// Why a conversation takes nothing.
  init(_ refusal: ConversationRefusal, of id: ConversationID?) {
    switch refusal {
    case .absent: self = .noConversation(id?.text)
    case .locked: self = .conversationLocked
    case .full:
      self = Call.invalid(
        "body", "conversation",
        "The conversation has as much in it as it may; begin another with what is still needed")
    }
  }
}
