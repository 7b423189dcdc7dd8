/// With whom a tenant or key shares its cached answers, and calls that are answered together.
public enum CacheSharing: Sendable, Hashable, CustomStringConvertible {
  /// Within the tenant.
  case own
  /// With nobody: nothing is answered from the cache.
  case off
  /// With all that name the same group. Named as a tenant is.
  case group(String)

  public init?(parsing text: String) {
    switch text {
    case "own": self = .own
    case "off": self = .off
    default:
      guard TenantID.isGood(text) else { return nil }
      self = .group(text)
    }
  }

  public var description: String {
    switch self {
    case .own: "own"
    case .off: "off"
    case .group(let name): name
    }
  }

  /// What holds for a key that says `other` in a tenant that says this: a key may share less, never more.
  func narrowed(by other: CacheSharing?) -> CacheSharing {
    switch (self, other) {
    case (.off, _), (_, .off): .off
    case (.group, .own): .own
    default: self
    }
  }

  /// Whether who has this may give `other`.
  func covers(_ other: CacheSharing) -> Bool { narrowed(by: other) == other }
}
