/// The messages of a chat, as far as an answer depends on them.
struct Conversation: Sendable {
  /// The text of each message, the system's first, with line feeds between.
  let prompt: String
  /// The text of the last message.
  let lastMessage: String
  /// In their order, of all messages.
  let images: [SeenImage]
  /// With which the conversation ends; none where the user spoke last.
  let toolResults: [ToolResult]

  init(texts: [String], images: [SeenImage], toolResults: [ToolResult]) {
    prompt = texts.joined(separator: "\n")
    lastMessage = texts.last ?? ""
    self.images = images
    self.toolResults = toolResults
  }
}
