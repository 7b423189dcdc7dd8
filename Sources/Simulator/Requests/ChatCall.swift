import Shared

/// What a request for a chat's next message asks for, whatever its dialect.
struct ChatCall: Sendable {
  /// How the answer is to come.
  enum Delivery: Sendable {
    case whole
    case serverSentEvents
    /// Gemini's stream without `alt=sse`.
    case array
    /// Only its tokens are counted.
    case count
  }

  /// What the answer's text is to be.
  enum Format: Sendable, Equatable {
    case text
    /// JSON that fits a schema; nil for any object.
    case json(schema: JSONValue?)
  }

  let model: String
  let conversation: Conversation
  /// In tokens; nil for no limit.
  let maxTokens: Int?
  let delivery: Delivery
  /// Whether a stream shall tell its usage where it does not by itself.
  var wantsUsage = false
  /// Whether a usage shall tell its cost (OpenRouter).
  var wantsCost = false
  /// The answer ends before the first of them.
  var stopSequences: [String] = []
  var seed: Int64?
  var format = Format.text
  var tools: [ToolDeclaration] = []
  var toolChoice = ToolChoice()
  /// How many likely tokens to tell beside each of the answer's own; nil for not even those.
  var logprobs: Int?
  /// Whether the model tells what it thinks, where it does not by itself; nil where it does not think, an empty text where
  /// it keeps that to itself (Anthropic).
  var thought: String?
  /// What only OpenAI's Responses asks for.
  var responses = ResponsesWishes()

  /// The text of each message, the system's first, with line feeds between.
  var prompt: String { conversation.prompt }
}
