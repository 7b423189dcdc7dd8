/// How requests and answers are written on the wire. The names are those of the configuration.
public enum Dialect: String, Sendable, Hashable, CaseIterable {
  /// OpenAI's chat completions, which most providers speak.
  case chat = "openai"
  /// Gemini's `generateContent`.
  case gemini
  /// Anthropic's Messages.
  case messages = "anthropic"
  /// OpenAI's Responses.
  case responses
}
