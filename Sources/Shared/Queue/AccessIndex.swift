/// Which records are listed.
public enum AccessIndex: Sendable, Hashable {
  case tenants
  case keys
  /// Of one tenant, or of `*`: those that reach all tenants.
  case keysOf(tenant: String)

  var name: String {
    switch self {
    case .tenants: "tenants"
    case .keys: "keys"
    case .keysOf(let tenant): "keys:\(tenant)"
    }
  }
}
