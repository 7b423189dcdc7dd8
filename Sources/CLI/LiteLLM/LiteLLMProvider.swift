/// What LiteLLM's name for a provider means here.
struct LiteLLMProvider: Sendable, Hashable {
  let name: String
  let dialect: String
  /// Nil where each deployment says it.
  let baseURL: String?
  /// The variable in which LiteLLM looks for its key; nil for one without a key.
  let variable: String?
  /// What our base URL has behind theirs.
  var suffix = ""

  private static let known: [LiteLLMProvider] = [
    .init(
      name: "openai", dialect: "openai", baseURL: "https://api.openai.com/v1", variable: "OPENAI_API_KEY"),
    .init(
      name: "anthropic", dialect: "anthropic", baseURL: "https://api.anthropic.com/v1",
      variable: "ANTHROPIC_API_KEY",
      suffix: "/v1"),
    .init(
      name: "gemini", dialect: "gemini", baseURL: "https://generativelanguage.googleapis.com/v1beta",
      variable: "GEMINI_API_KEY", suffix: "/v1beta"),
    .init(
      name: "groq", dialect: "openai", baseURL: "https://api.groq.com/openai/v1", variable: "GROQ_API_KEY"),
    .init(
      name: "openrouter", dialect: "openai", baseURL: "https://openrouter.ai/api/v1",
      variable: "OPENROUTER_API_KEY"),
    .init(
      name: "mistral", dialect: "openai", baseURL: "https://api.mistral.ai/v1", variable: "MISTRAL_API_KEY"),
    .init(
      name: "deepseek", dialect: "openai", baseURL: "https://api.deepseek.com/v1",
      variable: "DEEPSEEK_API_KEY"),
    .init(
      name: "together_ai", dialect: "openai", baseURL: "https://api.together.xyz/v1",
      variable: "TOGETHERAI_API_KEY"),
    .init(name: "xai", dialect: "openai", baseURL: "https://api.x.ai/v1", variable: "XAI_API_KEY"),
    .init(
      name: "cerebras", dialect: "openai", baseURL: "https://api.cerebras.ai/v1", variable: "CEREBRAS_API_KEY"
    ),
    .init(
      name: "perplexity", dialect: "openai", baseURL: "https://api.perplexity.ai",
      variable: "PERPLEXITYAI_API_KEY"),
    .init(
      name: "fireworks_ai", dialect: "openai", baseURL: "https://api.fireworks.ai/inference/v1",
      variable: "FIREWORKS_AI_API_KEY"),
    .init(
      name: "deepinfra", dialect: "openai", baseURL: "https://api.deepinfra.com/v1/openai",
      variable: "DEEPINFRA_API_KEY"),
    .init(name: azure, dialect: "openai", baseURL: nil, variable: "AZURE_API_KEY", suffix: "/openai/v1"),
    .init(
      name: "ollama", dialect: "openai", baseURL: "http://localhost:11434/v1", variable: nil, suffix: "/v1"),
    .init(
      name: "ollama_chat", dialect: "openai", baseURL: "http://localhost:11434/v1", variable: nil,
      suffix: "/v1"),
    .init(name: "hosted_vllm", dialect: "openai", baseURL: nil, variable: nil),
    .init(name: "openai_like", dialect: "openai", baseURL: nil, variable: nil),
    .init(name: "custom_openai", dialect: "openai", baseURL: nil, variable: nil),
    .init(name: "lm_studio", dialect: "openai", baseURL: nil, variable: nil),
    .init(name: "llamafile", dialect: "openai", baseURL: nil, variable: nil),
    .init(name: "litellm_proxy", dialect: "openai", baseURL: nil, variable: "LITELLM_PROXY_API_KEY"),
  ]

  /// The provider and the model of such as `groq/llama-3.3-70b-versatile`, or of a bare name that LiteLLM knows the owner of;
  /// nil for one that cannot be asked here, such as Bedrock.
  static func read(_ model: String) -> (provider: LiteLLMProvider, model: String)? {
    if let slash = model.firstIndex(of: "/") {
      let prefix = model[..<slash]
      guard let provider = known.first(where: { $0.name == prefix }) else { return nil }
      return (provider, String(model[model.index(after: slash)...]))
    }
    let owner: String? =
      if ["gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-"].contains(where: model.hasPrefix) {
        "openai"
      } else if model.hasPrefix("claude-") { "anthropic" } else { nil }
    return known.first { $0.name == owner }.map { ($0, model) }
  }

  /// Where a deployment is, by what it says of that itself; nil where nobody says it.
  func url(_ told: String?) -> String? {
    guard var url = told, !url.isEmpty else { return baseURL }
    if name == Self.azure, let path = Self.azurePath(in: url) { url = String(url[..<path.lowerBound]) }
    while url.hasSuffix("/") { url.removeLast() }
    return url.hasSuffix(suffix) ? url : url + suffix
  }

  /// The deployment that the address itself names, as Azure's may; nil for none.
  func deployment(_ told: String?) -> String? {
    guard name == Self.azure, let url = told, let path = Self.azurePath(in: url) else { return nil }
    let words = url[path].split(whereSeparator: { "/?".contains($0) })
    return words.count > 2 && words[1] == "deployments" ? String(words[2]) : nil
  }

  private static let azure = "azure"

  /// What stands behind a resource's address: `/openai/deployments/NAME`, and what follows it; nil for nothing.
  private static func azurePath(in url: String) -> Range<String.Index>? {
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    guard let range = url[start...].firstRange(of: "/openai"),
      range.upperBound == url.endIndex || "/?".contains(url[range.upperBound])
    else { return nil }
    return range.lowerBound..<url.endIndex
  }
}
