/// What a request asks for, whatever its dialect.
struct ChatCall: Sendable {
  /// How the answer is to come.
  enum Delivery: Sendable {
    case whole
    case serverSentEvents
    /// Gemini's stream without `alt=sse`.
    case array
  }

  let model: String
  /// The text of each message, the system's first, with line feeds between.
  let prompt: String
  /// The text of the last message.
  let lastMessage: String
  /// In tokens; nil for no limit.
  let maxTokens: Int?
  let delivery: Delivery
  /// Whether a stream shall tell its usage where it does not by itself.
  var wantsUsage = false
}
