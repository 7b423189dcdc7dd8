import Shared

/// Who sends a request, as its key says.
enum Principal: Sendable {
  /// `ADMIN_API_KEY`: the first administrator of all tenants, who asks no questions.
  case `operator`
  /// A key of a tenant, or of all tenants.
  case key(AccessPolicy, KeyHolder)

  /// Throws ``Problem`` unless it may do one of these.
  func check(_ scopes: [Scope], from origin: RequestOrigin) throws(Problem) {
    var first: AccessDenial?
    for scope in scopes {
      do throws(AccessDenial) {
        switch self {
        case .operator: guard Set([Scope.adminAll]).allow(scope) else { throw .lacksScope(scope) }
        case .key(let policy, _): try policy.check(scope, from: origin.address)
        }
        return
      } catch { first = first ?? error }
    }
    if let first { throw .forbidden(first) }
  }

  /// What it may give to others.
  var grantor: Grantor {
    switch self {
    case .operator: .operator
    case .key(let policy, _):
      policy.key.map(Grantor.init) ?? Grantor(scopes: policy.scopes, tenant: .one(policy.tenant.id))
    }
  }

  /// As the log of changes names it.
  var name: String {
    switch self {
    case .operator: "ADMIN_API_KEY"
    case .key(let policy, _): policy.key?.id.rawValue ?? "SERVICE_API_KEY"
    }
  }
}
