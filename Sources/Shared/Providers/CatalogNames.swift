/// What each name of a catalog leads to, worked out once: a route is looked up for every request.
struct CatalogNames: Sendable {
  let providers: [String: Provider]
  /// Routes over the targets that can be asked.
  let routes: [String: Result<ProviderRoute, RoutingError>]
  /// The names of models, without a provider before them.
  let models: [String: Result<ProviderRoute, RoutingError>]

  init(providers: [Provider], routes: [ProviderRoute]) {
    let byName = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.providers = byName
    self.routes = Dictionary(
      routes.map { ($0.name, Self.usable($0, byName)) }, uniquingKeysWith: { first, _ in first })
    models = Self.models(of: providers)
  }

  /// Whether a name is a route's, a model's or begins with a provider's.
  func has(_ name: String) -> Bool {
    routes[name] != nil || models[name] != nil
      || Target(description: name).map { providers[$0.provider] != nil } ?? false
  }

  private static func usable(
    _ route: ProviderRoute, _ providers: [String: Provider]
  ) -> Result<ProviderRoute, RoutingError> {
    let targets = route.targets.filter { providers[$0.target.provider]?.isOn == true }
    guard targets.isEmpty else { return .success(route.over(targets)) }
    let missing = route.targets.compactMap { providers[$0.target.provider]?.access.missingVariable }
    let variables = missing.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return .failure(.routeIsOff(route.name, needs: variables))
  }

  private static func models(of providers: [Provider]) -> [String: Result<ProviderRoute, RoutingError>] {
    var models: [String: Result<ProviderRoute, RoutingError>] = [:]
    for provider in providers {
      for model in provider.knownModels {
        let target = WeightedTarget(Target(provider: provider.name, model: model.name))
        let known = try? models[model.name]?.get()
        if let variable = provider.access.missingVariable {
          if models[model.name] == nil {
            models[model.name] = .failure(.providerIsOff(provider.name, needs: variable))
          }
        } else {
          models[model.name] = .success(
            ProviderRoute(name: model.name, targets: (known?.targets ?? []) + [target]))
        }
      }
    }
    return models
  }
}
