/// The providers that the simulator plays, by their first path component.
enum SimulatedProvider: String, Sendable, CaseIterable {
  case gemini, groq, openrouter, openai, anthropic

  /// The provider whose base URL a path is below.
  init?(path: String) {
    self.init(rawValue: String(path.split(separator: "/", maxSplits: 1).first ?? ""))
  }

  /// In which a path is asked; OpenAI has two.
  func dialect(of path: String) -> any Dialect {
    switch self {
    case .openai where path == ResponsesDialect.path: ResponsesDialect()
    case .gemini: GeminiDialect()
    case .anthropic: AnthropicDialect()
    case .groq, .openrouter, .openai: OpenAIDialect(provider: self)
    }
  }
}
