extension ProviderCatalog {
  /// The presets that `CASCADE` names, with what the environment says of them, and what the file of
  /// `SLUICE_CONFIG` declares.
  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    try self.init(environment, file: ProviderFile.read(environment))
  }

  /// A provider of the file takes the place of a preset of the same name.
  init(_ environment: ProcessEnvironment, file: ProviderFile?) throws(ConfigurationError) {
    let overrides = try environment.read(Variables.modelPrices)
    var providers = try Self.presets(environment, prices: overrides)
    for declared in file?.providers ?? [] {
      let provider = try declared.provider(environment)
      if let index = providers.firstIndex(where: { $0.name == provider.name }) {
        providers[index] = provider
      } else {
        providers.append(provider)
      }
    }
    var routes: [ProviderRoute] = []
    for declared in file?.routes ?? [] { routes.append(try declared.checked(against: providers)) }
    self.init(providers: providers, routes: routes, prices: .list, priceOverrides: overrides)
    guard let declared = file?.aliases, !declared.isEmpty else { return }
    var aliases: [ModelAliases.Alias] = []
    for alias in declared { aliases.append(try alias.checked(against: self, among: declared)) }
    self.aliases = ModelAliases(aliases)
  }

  /// - Parameter prices: what an operator says of prices; he asks these models, too.
  private static func presets(
    _ environment: ProcessEnvironment, prices: [(target: Target, price: ModelPrice)]
  ) throws(ConfigurationError) -> [Provider] {
    var providers: [Provider] = []
    for name in try environment.read(Variables.cascade) {
      guard let preset = ProviderPreset.all.first(where: { $0.name == name }) else { continue }
      let key = try environment.readIfSet(preset.apiKey)
      let priced = prices.lazy.map(\.target).filter { $0.provider == name }.map(\.model)
      let models = Set(preset.models).union(priced).sorted().map { ProviderModel(name: $0) }
      providers.append(
        Provider(
          name: name, dialect: preset.dialect, baseURL: try environment.read(preset.baseURL),
          access: key.map { .key($0) } ?? .off(needs: preset.apiKey.name),
          defaultModel: try environment.read(preset.model), models: models,
          headers: preset.headers, quotas: try environment.read(preset.quota)))
    }
    return providers
  }
}
