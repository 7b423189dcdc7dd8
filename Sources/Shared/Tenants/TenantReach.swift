/// Which tenants a key reaches.
public enum TenantReach: Sendable, Hashable, CustomStringConvertible {
  case one(TenantID)
  /// Written `*`: an administrator of all.
  case all

  public init?(parsing text: String) {
    if text == "*" {
      self = .all
    } else if let id = TenantID(rawValue: text) {
      self = .one(id)
    } else {
      return nil
    }
  }

  public func includes(_ tenant: TenantID) -> Bool {
    switch self {
    case .one(let id): id == tenant
    case .all: true
    }
  }

  /// The tenant, where it is one.
  public var tenant: TenantID? {
    if case .one(let id) = self { id } else { nil }
  }

  public var description: String { tenant?.rawValue ?? "*" }
}
