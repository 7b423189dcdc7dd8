/// Why a key that is known may not do what it was sent with: 403.
public enum AccessDenial: Error, Sendable, Hashable, CustomStringConvertible {
  case tenantIsDisabled(TenantID)
  /// Of all tenants: none whose requests they could be.
  case hasNoTenant
  case lacksScope(Scope)
  case mayNotAsk(model: String, of: String)
  case isElsewhere(address: String)
  /// A hard budget stands, and no target has a known price.
  case isUnpriced(model: String, TenantID)

  /// One sentence without a full stop.
  public var description: String {
    switch self {
    case .tenantIsDisabled(let tenant): "tenant \(tenant) is disabled"
    case .hasNoTenant: "this key is an administrator's of all tenants; ask with a key of one tenant"
    case .lacksScope(let scope): "this key lacks the scope \"\(scope.rawValue)\""
    case .mayNotAsk(let model, let who):
      "\(who) may not ask \(ClientText.quoted(model)); GET /v1/models lists what may be asked"
    case .isElsewhere(let address): "this key may not be used from \(address)"
    case .isUnpriced(let model, let tenant):
      "no target of \(ClientText.quoted(model)) has a known price, and tenant \(tenant) refuses such while it has a "
        + "hard budget"
    }
  }
}
