import Synchronization

/// Which tenants have series of their own: the first so many keep their names while the process lives, the rest count
/// together. So the number of series is bounded, and none of them ever ends.
public final class TenantNames: Sendable {
  static let other = "other"

  private let most: Int
  private let names = Mutex<Set<String>>([])

  public init(most: Int) { self.most = most }

  /// Gives names to tenants that have none yet, in their order, while there is room.
  public func add(_ tenants: some Sequence<String>) {
    for tenant in tenants { _ = name(of: tenant) }
  }

  /// The tenant's own name, or `other`.
  public func name(of tenant: String) -> String {
    names.withLock { names in
      if names.contains(tenant) { return tenant }
      guard names.count < most else { return Self.other }
      names.insert(tenant)
      return tenant
    }
  }
}
