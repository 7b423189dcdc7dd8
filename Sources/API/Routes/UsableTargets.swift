import Shared

/// What a key may use of a catalog: what it may ask by name, and all targets of the routes that it may ask.
struct UsableTargets: Sendable {
  private let policy: AccessPolicy
  private let ofRoutes: Set<Target>

  /// Nil for a key that may use all.
  init?(of policy: AccessPolicy, in catalog: ProviderCatalog) {
    if policy.tenant.models == .all, policy.key?.models ?? .all == .all { return nil }
    self.policy = policy
    ofRoutes = Set(
      catalog.routes.filter { policy.allows(model: $0.name) }.flatMap { $0.targets.map(\.target) })
  }

  func contains(_ target: Target) -> Bool {
    ofRoutes.contains(target) || policy.allows(model: "\(target.provider)/\(target.model)")
      || policy.allows(model: target.model)
  }
}
