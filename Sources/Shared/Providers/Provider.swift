/// One configured provider.
public struct Provider: Sendable, Hashable {
  public let name: String
  public let dialect: ProviderDialect
  /// All that stands before `/models/…` (Gemini) or `/chat/completions` (OpenAI), without a final slash.
  public let baseURL: String
  /// Nil turns the provider off.
  public let apiKey: Secret?
  public let defaultModel: String
  public let headers: [String: String]
  /// What it lets its customers ask of each of its models, beside what its responses say.
  public let quotas: [Quota]

  public init(
    name: String, dialect: ProviderDialect, baseURL: String, apiKey: Secret?, defaultModel: String,
    headers: [String: String] = [:], quotas: [Quota] = []
  ) {
    self.name = name
    self.dialect = dialect
    self.baseURL = baseURL
    self.apiKey = apiKey
    self.defaultModel = defaultModel
    self.headers = headers
    self.quotas = quotas
  }

  public var defaultTarget: Target { Target(provider: name, model: defaultModel) }
}

/// What a cascade asks: one model of one provider.
public struct Target: Sendable, Hashable, CustomStringConvertible {
  public let provider: String
  public let model: String

  public init(provider: String, model: String) {
    self.provider = provider
    self.model = model
  }

  public var description: String { "\(provider)/\(model)" }
}
