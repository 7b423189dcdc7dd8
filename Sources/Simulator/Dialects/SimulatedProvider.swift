/// The providers that the simulator plays, by their first path component.
enum SimulatedProvider: String, Sendable, CaseIterable {
  case gemini, groq, openrouter, openai

  var dialect: any Dialect {
    self == .gemini ? GeminiDialect() : OpenAIDialect(provider: self)
  }
}
