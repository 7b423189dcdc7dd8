/// A provider that needs nothing but a key: where it is and what is asked of it by default.
public struct ProviderPreset: Sendable {
  public let name: String
  public let dialect: Dialect
  public let apiKey: Variable<Secret>
  public let model: Variable<String>
  public let baseURL: Variable<String>
  public let quota: Variable<[Quota]>
  /// Models of it that clients are shown beside the one that `default` asks; others can be asked all the same.
  public let models: [String]
  /// Headers that the provider wants beside the key.
  public let headers: [String: String]

  private init(
    _ name: String, _ dialect: Dialect, model: String, models: [String], baseURL: String,
    headers: [String: String] = [:]
  ) {
    let prefix = name.uppercased()
    self.name = name
    self.dialect = dialect
    self.models = models
    self.headers = headers
    apiKey = .secret("\(prefix)_API_KEY", "the key of the provider `\(name)`, which is on when it is set")
    self.model = Variable(
      "\(prefix)_MODEL", "the model that `default` asks of `\(name)`", allowed: "a model's name",
      default: model
    ) { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? $0 : nil }
    quota = Variable(
      "\(prefix)_QUOTA", "what `\(name)` lets you ask of each model; all workers together keep to it",
      allowed: "`N requests/minute`, `N requests/day`, `N tokens/minute`, `N tokens/day` with commas between",
      default: ""
    ) { Variables.parseList($0, Quota.init(parsing:)) }
    self.baseURL = Variable(
      "\(prefix)_BASE_URL", "where `\(name)` is, for proxies, regional endpoints and tests",
      allowed: BaseURL.allowed, default: baseURL
    ) { BaseURL.parse($0) }
  }

  public static let all = [
    ProviderPreset(
      "gemini", .gemini, model: "gemini-2.5-flash",
      models: ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro"],
      baseURL: "https://generativelanguage.googleapis.com/v1beta"),
    ProviderPreset(
      "groq", .chat, model: "llama-3.3-70b-versatile",
      models: [
        "llama-3.1-8b-instant", "llama-3.3-70b-versatile", "openai/gpt-oss-120b", "openai/gpt-oss-20b",
      ],
      baseURL: "https://api.groq.com/openai/v1"),
    ProviderPreset(
      "openrouter", .chat, model: "meta-llama/llama-3.3-70b-instruct:free",
      models: ["meta-llama/llama-3.3-70b-instruct", "meta-llama/llama-3.3-70b-instruct:free"],
      baseURL: "https://openrouter.ai/api/v1",
      headers: ["HTTP-Referer": "https://github.com/sluice-gateway/sluice", "X-Title": "Sluice"]),
  ]
}
