extension Provider {
  /// What OpenTelemetry calls it (`gen_ai.provider.name`); its own name where that knows none.
  public var genAIName: String { Self.genAINames[listedName] ?? listedName }

  /// https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/, by the name in the list of prices.
  private static let genAINames: [String: String] = [
    "azure": "azure.ai.openai", "gemini": "gcp.gemini", "mistral": "mistral_ai", "xai": "x_ai",
    "moonshot": "moonshot_ai",
  ]
}
