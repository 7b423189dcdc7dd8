/// One turn of a conversation.
public struct ChatMessage: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case system
    case developer
    case user
    case assistant
  }

  public var role: Role
  /// The text; several text parts of one message are joined as they come.
  public var content: String

  public init(role: Role, content: String) {
    self.role = role
    self.content = content
  }
}
