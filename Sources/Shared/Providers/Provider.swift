/// One configured provider.
public struct Provider: Sendable, Hashable {
  public let name: String
  public let dialect: Dialect
  /// All that stands before `/models/…` (Gemini), `/chat/completions` and `/responses` (OpenAI) or `/messages` (Anthropic),
  /// without a final slash.
  public let baseURL: String
  public let access: ProviderAccess
  /// Its keys, where it has several; `access` is the first of them. Empty for all others.
  public let keys: [ProviderKey]
  public let defaultModel: String
  /// The models that it is known to have beside the default one. Others can be asked all the same.
  public let models: [ProviderModel]
  public let headers: [String: String]
  /// What it lets its customers ask of each of its models, beside what its responses say.
  public let quotas: [Quota]
  public let timeouts: ProviderTimeoutOverrides
  /// The well-known server that it is; nil for any other.
  public let preset: ServerPreset?
  /// What it takes of OpenAI's dialect; neutral for other dialects.
  public let shape: ProviderShape
  /// Whether it is told of the trace that a request is in (`traceparent`, `tracestate`).
  public let takesTrace: Bool

  /// - Parameters:
  ///   - preset: where it is left out, the one that the base URL or the name tells of.
  ///   - shape: where it is left out, the preset's.
  public init(
    name: String, dialect: Dialect, baseURL: String, access: ProviderAccess, defaultModel: String,
    models: [ProviderModel] = [], headers: [String: String] = [:], quotas: [Quota] = [],
    timeouts: ProviderTimeoutOverrides = ProviderTimeoutOverrides(), preset: ServerPreset? = nil,
    shape: ProviderShape? = nil, keys: [ProviderKey] = [], takesTrace: Bool = false
  ) {
    self.name = name
    self.dialect = dialect
    self.baseURL = baseURL
    self.access = access
    self.keys = keys
    self.defaultModel = defaultModel
    self.models = models
    self.headers = headers
    self.quotas = quotas
    self.timeouts = timeouts
    self.takesTrace = takesTrace
    self.preset = preset ?? (dialect.isOpenAIs ? ServerPreset.known(name: name, baseURL: baseURL) : nil)
    var known = shape ?? self.preset?.shape ?? (dialect == .messages ? .anthropic : .neutral)
    known.takesSignatures = dialect == .chat && KnownHost.owner(ofBaseURL: baseURL) == "gemini"
    self.shape = known
  }

  public var defaultTarget: Target { Target(provider: name, model: defaultModel) }

  /// Whether it can be asked: it has a key, or needs none.
  public var isOn: Bool { access.missingVariable == nil }

  /// What it is called in the list of prices: a preset or a well-known host says it, else its own name.
  var listedName: String { preset?.rawValue ?? KnownHost.owner(ofBaseURL: baseURL) ?? name }

  /// What one of its models is asked in: OpenAI asks its newer ones by Responses, others by chat.
  public func dialect(of model: String) -> Dialect {
    models.first { $0.name == model }?.dialect ?? dialect
  }

  /// The default model, then all others.
  var knownModels: [ProviderModel] {
    let first = models.first { $0.name == defaultModel } ?? ProviderModel(name: defaultModel)
    return [first] + models.filter { $0.name != defaultModel }
  }

  /// The same with keys, and quotas where these are others.
  func with(
    _ access: ProviderAccess, keys: [ProviderKey] = [], quotas: [Quota]? = nil
  ) -> Provider {
    Provider(
      name: name, dialect: dialect, baseURL: baseURL, access: access, defaultModel: defaultModel,
      models: models, headers: headers, quotas: quotas ?? self.quotas, timeouts: timeouts, preset: preset,
      shape: shape, keys: keys, takesTrace: takesTrace)
  }
}
