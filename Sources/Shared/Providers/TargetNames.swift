import Synchronization

/// Names of targets for metrics: those of the configuration. Clients may ask for any model of a provider, and what they
/// name has no series of its own.
public final class TargetNames: Sendable {
  static let other = "other"

  private struct Known {
    var generation = -1
    var targets: Set<Target> = []
  }

  private let catalogs: CatalogSource
  private let known = Mutex(Known())

  public init(_ catalogs: CatalogSource) { self.catalogs = catalogs }

  /// The target itself, if the configuration names it; else its provider with `other` as the model, and for a provider that
  /// is not configured any more `other` for both.
  public func name(of target: Target) -> Target {
    let catalog = catalogs.current
    return known.withLock { known in
      if known.generation != catalog.generation {
        known = Known(generation: catalog.generation, targets: Self.targets(of: catalog))
      }
      if known.targets.contains(target) { return target }
      let provider = catalog.provider(named: target.provider) == nil ? Self.other : target.provider
      return Target(provider: provider, model: Self.other)
    }
  }

  /// Every target that the configuration names.
  public static func targets(of catalog: ProviderCatalog) -> Set<Target> {
    Set(catalog.routes.flatMap { $0.targets.map(\.target) })
      .union(
        catalog.providers.flatMap { provider in
          catalog.models(of: provider).map { Target(provider: provider.name, model: $0.name) }
        })
  }
}
