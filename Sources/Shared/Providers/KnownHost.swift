/// Whose API answers at a host, where that is well known.
enum KnownHost {
  /// By the name that a provider has in the list of prices and, if there is one, its ``ServerPreset`` has.
  private static let owners: KeyValuePairs = [
    "api.openai.com": "openai",
    "openai.azure.com": "azure", "services.ai.azure.com": "azure", "cognitiveservices.azure.com": "azure",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "gemini",
    "api.groq.com": "groq",
    "openrouter.ai": "openrouter",
    "api.mistral.ai": "mistral", "codestral.mistral.ai": "mistral",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "xai",
    "api.cerebras.ai": "cerebras",
    "ollama.com": "ollama",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together", "api.together.ai": "together",
    "api.cohere.com": "cohere", "api.cohere.ai": "cohere",
    "api.moonshot.ai": "moonshot",
    "api.z.ai": "zai",
    "api.minimax.io": "minimax",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "api.deepinfra.com": "deepinfra",
    "api.fireworks.ai": "fireworks",
    "api.sambanova.ai": "sambanova",
    "api.studio.nebius.com": "nebius", "api.studio.nebius.ai": "nebius",
    "api.tokenfactory.nebius.com": "nebius",
    "api.voyageai.com": "voyage",
  ]

  /// Nil for a host that is nobody's whom we know. Those below it (regions, resources) are the same.
  static func owner(ofBaseURL url: String) -> String? {
    guard let start = url.firstRange(of: "://") else { return nil }
    let host = url[start.upperBound...].prefix { $0 != "/" && $0 != ":" }.lowercased()
    return owners.first { host == $0.key || host.hasSuffix("." + $0.key) }?.value
  }
}
