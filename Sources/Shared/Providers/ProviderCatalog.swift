/// The configured providers and routes, and what names mean among them. It never changes; when the
/// configuration does, ``CatalogSource`` holds another.
public struct ProviderCatalog: Sendable {
  /// Every provider, those without a key included: those of the environment in the order of `CASCADE`, then
  /// those of the file in its order.
  public let providers: [Provider]
  public let prices: PriceTable
  /// Every route, `default` first, with the targets that cannot be asked now.
  public let routes: [ProviderRoute]
  /// Names that stand for others.
  public internal(set) var aliases: ModelAliases
  /// Which of the catalogs that this process has had it is.
  public internal(set) var generation = 0

  private let names: CatalogNames
  /// The names of the routes with which conversations stay with one target; of most configurations none.
  private let stickyRoutes: Set<String>

  /// - Parameters:
  ///   - routes: without one named `default`, that is the default model of every provider, in order.
  ///   - prices: what is known besides the prices of the providers' own models.
  ///   - priceOverrides: what an operator says of prices, above all else.
  public init(
    providers: [Provider], routes: [ProviderRoute] = [], aliases: ModelAliases = .none, prices: PriceTable,
    priceOverrides: [(target: Target, price: ModelPrice)] = []
  ) {
    self.providers = providers
    self.aliases = aliases
    let declared = providers.flatMap { provider in
      provider.models.compactMap { model in
        model.price.map { (target: Target(provider: provider.name, model: model.name), price: $0) }
      }
    }
    self.prices = prices.knowing(providers).overridden(by: declared).overridden(by: priceOverrides)
    let targets = providers.map { WeightedTarget($0.defaultTarget) }
    let own = routes.first { $0.name == "default" } ?? ProviderRoute(name: "default", targets: targets)
    self.routes = [own] + routes.filter { $0.name != "default" }
    names = CatalogNames(providers: providers, routes: self.routes)
    stickyRoutes = Set(self.routes.filter { $0.isSticky && $0.targets.count > 1 }.map(\.name))
  }

  public func provider(named name: String) -> Provider? { names.providers[name] }

  /// Of a provider of that name, without a copy of all the rest of it.
  func quotas(ofProvider name: String) -> [Quota]? { names.providers[name]?.quotas }

  /// The models that a provider is known to have, the default one first, with the prices that hold here.
  public func models(of provider: Provider) -> [ProviderModel] {
    provider.knownModels.map { model in
      let target = Target(provider: provider.name, model: model.name)
      let listed = prices.listed(target)
      return ProviderModel(
        name: model.name, price: prices[target], contextWindow: model.contextWindow ?? listed?.contextWindow,
        maxOutputTokens: model.maxOutputTokens ?? listed?.maxOutputTokens, dialect: model.dialect)
    }
  }

  // MARK: - What a request's model stands for

  /// The route that a request's `model` stands for, over those of its targets that can be asked.
  ///
  /// It is a route's name; or `provider/model`; or the name of a model that one or more providers list, which
  /// are then asked in order; or an alias of one of these. Throws ``RoutingError`` for a name that means nothing here.
  public func route(for model: String) throws(RoutingError) -> ProviderRoute {
    if let route = try route(named: model) { return route }
    if let meaning = aliases.meaning(of: model), let route = try route(named: meaning) { return route }
    if Target(description: model) != nil { throw .unknownProvider(of: model) }
    throw .unknownName(model)
  }

  /// Nil for a name that means nothing here, unless it is an alias.
  private func route(named model: String) throws(RoutingError) -> ProviderRoute? {
    if let route = names.routes[model] { return try route.get() }
    if let target = Target(description: model), let provider = names.providers[target.provider] {
      if let variable = provider.access.missingVariable {
        throw .providerIsOff(provider.name, needs: variable)
      }
      return ProviderRoute(name: model, targets: [WeightedTarget(target)])
    }
    return try names.models[model]?.get()
  }

  /// Whether any target that a name stands for is of a provider with such a shape; no for a name that leads nowhere.
  public func hasTarget(of model: String, where holds: (ProviderShape) -> Bool) -> Bool {
    guard let targets = try? targets(for: model) else { return false }
    return targets.contains { names.providers[$0.provider].map { holds($0.shape) } ?? false }
  }

  /// Whether the target that a name stands for first can tell how many tokens a prompt has.
  public func countsTokens(of model: String) -> Bool {
    guard let target = try? targets(for: model).first, let provider = names.providers[target.provider] else {
      return false
    }
    return provider.isOn && provider.dialect(of: target.model).wire.countsTokens
  }

  /// Whether a conversation with what a name stands for stays with one of its targets.
  public func isSticky(_ model: String) -> Bool {
    !stickyRoutes.isEmpty
      && (stickyRoutes.contains(model) || stickyRoutes.contains(aliases.meaning(of: model) ?? ""))
  }

  /// What an alias stands for; nil for a name that is none, or is something else first.
  public func meaning(ofAlias name: String) -> String? {
    guard let meaning = aliases.meaning(of: name), !names.has(name) else { return nil }
    return meaning
  }

  /// The targets that a request's `model` stands for, as they are listed.
  public func targets(for model: String) throws(RoutingError) -> [Target] {
    try route(for: model).targets.map(\.target)
  }

  /// Any name that a client may send, listed or not, as ``publicModels`` has it.
  public func named(_ name: String) -> PublicModel {
    let meaning = meaning(ofAlias: name)
    let owner = meaning == nil ? Target(description: name)?.provider : nil
    return PublicModel(id: name, owner: owner ?? "sluice", meaning: meaning)
  }

  /// Every name that a client may send as `model` and that leads somewhere now: routes, aliases that are no patterns, then
  /// all known models as `provider/model`.
  public var publicModels: [PublicModel] {
    let usable = routes.filter { (try? route(for: $0.name)) != nil }
    let exact = aliases.all.filter { alias in
      !alias.isPattern && meaning(ofAlias: alias.name) != nil && (try? route(for: alias.name)) != nil
    }
    return usable.map { PublicModel(id: $0.name, owner: "sluice") }
      + exact.map { PublicModel(id: $0.name, owner: "sluice", meaning: $0.meaning) }
      + providers.filter(\.isOn).flatMap { provider in
        provider.knownModels.map { PublicModel(id: "\(provider.name)/\($0.name)", owner: provider.name) }
      }
  }
}
