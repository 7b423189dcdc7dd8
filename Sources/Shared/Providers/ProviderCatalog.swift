/// The configured providers in cascade order, and what names mean among them.
public struct ProviderCatalog: Sendable {
  /// Every provider of the cascade, those without a key included.
  public let providers: [Provider]
  public let prices: PriceTable

  public init(providers: [Provider], prices: PriceTable) {
    self.providers = providers
    self.prices = prices
  }

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    var providers: [Provider] = []
    for name in try environment.read(Variables.cascade) {
      guard let preset = ProviderPreset.all.first(where: { $0.name == name }) else { continue }
      providers.append(
        Provider(
          name: name, dialect: preset.dialect, baseURL: try environment.read(preset.baseURL),
          apiKey: try environment.readIfSet(preset.apiKey),
          defaultModel: try environment.read(preset.model), headers: preset.headers,
          quotas: try environment.read(preset.quota)))
    }
    let overrides = try environment.read(Variables.modelPrices)
    self.init(providers: providers, prices: .list.overridden(by: overrides))
  }

  public func provider(named name: String) -> Provider? {
    providers.first { $0.name == name }
  }

  /// The names that clients may ask for, with who stands behind each.
  public var publicModels: [(name: String, owner: String)] {
    [("default", "sluice")]
      + providers.filter { $0.apiKey != nil }.map { ($0.defaultTarget.description, $0.name) }
  }

  /// The targets that a request's `model` stands for, in the order in which they are asked.
  ///
  /// `default` is the default model of every provider that has a key; `provider/model` is that one target.
  /// Throws ``RoutingError`` for a name that means nothing here.
  public func targets(for model: String) throws(RoutingError) -> [Target] {
    if model == "default" {
      let targets = providers.filter { $0.apiKey != nil }.map(\.defaultTarget)
      guard !targets.isEmpty else { throw .noProviderHasKey(names: providers.map(\.name)) }
      return targets
    }
    guard let slash = model.firstIndex(of: "/"), model.index(after: slash) < model.endIndex else {
      throw .unknownRoute(model)
    }
    let name = String(model[..<slash])
    guard let provider = provider(named: name) else {
      throw .unknownProvider(name, known: providers.map(\.name))
    }
    guard provider.apiKey != nil else { throw .providerHasNoKey(name) }
    return [Target(provider: name, model: String(model[model.index(after: slash)...]))]
  }
}

/// Why a request's `model` leads nowhere.
public enum RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownRoute(String)
  case unknownProvider(String, known: [String])
  case providerHasNoKey(String)
  case noProviderHasKey(names: [String])

  public var description: String {
    switch self {
    case .unknownRoute(let name):
      "there is no route \"\(name)\"; use \"default\" or \"provider/model\""
    case .unknownProvider(let name, let known):
      "there is no provider \"\(name)\"; there are \(known.joined(separator: ", "))"
    case .providerHasNoKey(let name):
      "the provider \"\(name)\" has no key here; set \(name.uppercased())_API_KEY"
    case .noProviderHasKey(let names):
      "no provider has a key; set one of \(names.map { "\($0.uppercased())_API_KEY" }.joined(separator: ", "))"
    }
  }
}
