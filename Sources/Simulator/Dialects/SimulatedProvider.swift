/// The providers that the simulator plays, by their first path component.
enum SimulatedProvider: String, Sendable, CaseIterable {
  case gemini, groq, openrouter, openai

  /// The provider whose base URL a path is below.
  init?(path: String) {
    self.init(rawValue: String(path.split(separator: "/", maxSplits: 1).first ?? ""))
  }

  var dialect: any Dialect {
    self == .gemini ? GeminiDialect() : OpenAIDialect(provider: self)
  }
}
