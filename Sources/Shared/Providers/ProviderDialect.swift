/// The wire format that a provider speaks.
public enum ProviderDialect: String, Sendable, Hashable, CaseIterable {
  /// OpenAI's chat completions, which most providers speak.
  case openAI = "openai"
  case gemini
  /// Anthropic's messages.
  case anthropic
}
