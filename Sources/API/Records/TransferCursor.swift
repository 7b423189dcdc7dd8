import Shared

/// Where an export has come to.
enum TransferCursor: Sendable, Hashable, CustomStringConvertible {
  case tenants(after: String?)
  case keys(after: String?)

  /// Reads what ``description`` writes.
  init?(parsing text: String) {
    let id = String(text.dropFirst(2))
    switch text.prefix(2) {
    case "t-" where TenantID(rawValue: id) != nil: self = .tenants(after: id)
    case "k-" where id.isEmpty: self = .keys(after: nil)
    case "k-" where KeyID(rawValue: id) != nil: self = .keys(after: id)
    default: return nil
    }
  }

  var description: String {
    switch self {
    case .tenants(let id): "t-\(id ?? "")"
    case .keys(let id): "k-\(id ?? "")"
    }
  }

  var index: AccessIndex {
    switch self {
    case .tenants: .tenants
    case .keys: .keys
    }
  }

  /// Behind which record it begins.
  var id: String? {
    switch self {
    case .tenants(let id), .keys(let id): id
    }
  }

  func behind(_ id: String) -> TransferCursor {
    switch self {
    case .tenants: .tenants(after: id)
    case .keys: .keys(after: id)
    }
  }

  /// What comes when there are no more of these.
  var following: TransferCursor? {
    switch self {
    case .tenants: .keys(after: nil)
    case .keys: nil
    }
  }
}
