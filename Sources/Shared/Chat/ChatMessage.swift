public import OrderedCollections

/// One turn of a conversation, in OpenAI's form
/// (https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages).
public struct ChatMessage: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case system
    case developer
    case user
    case assistant
    /// The result of a tool call.
    case tool
  }

  public var role: Role
  public var content: MessageContent
  /// All other members as they came, such as `name`, `tool_calls` and `tool_call_id`.
  public var members: JSONObject

  public init(role: Role, content: MessageContent, members: JSONObject = [:]) {
    self.role = role
    self.content = content
    self.members = members
  }

  public init(role: Role, content: String) {
    self.init(role: role, content: .text(content))
  }

  /// The text alone; empty when there is none.
  public var text: String { content.text }

  /// What the assistant asked to be called.
  public var toolCalls: [ToolCall] {
    members["tool_calls"]?.array?.compactMap(ToolCall.init) ?? []
  }

  /// The call of which this message brings the result.
  public var toolCallID: String? { members["tool_call_id"]?.string }
}
