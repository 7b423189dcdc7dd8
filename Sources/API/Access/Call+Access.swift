import HTTPTypes
import Shared

extension Call {
  /// Who administrates. Routes of administrators have one.
  func administrator() throws(Problem) -> Principal {
    guard let principal else { throw .unauthorized }
    return principal
  }

  /// The tenants that the caller reaches.
  func reach() throws(Problem) -> TenantReach { try administrator().grantor.tenant }

  /// Whom the client names as its user in `X-Sluice-User`; nil where it names nobody.
  func user() throws(Problem) -> String? {
    guard let name = request.headers.value(of: .sluiceUser) else { return nil }
    guard UserName.isGood(name) else {
      throw Self.invalid("header", "X-Sluice-User", UserName.rule)
    }
    return name
  }
}

extension TenantReach {
  /// The same of a tenant as jobs and records name it.
  func includes(named tenant: String) -> Bool { self.tenant.map { $0.rawValue == tenant } ?? true }
}
