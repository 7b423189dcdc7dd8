import Shared

/// What tells usage apart.
enum UsageDimension: Sendable, Hashable {
  case hour, day, tenant, key, user, route, provider, model, lane
  /// A member of the clients' `metadata`.
  case tag(String)

  /// Those without a name of the client's own.
  static let fixed: [UsageDimension] = [.day, .hour, .tenant, .key, .user, .route, .provider, .model, .lane]

  private static let tagPrefix = "tag:"
  /// As long as a name in `metadata` may be.
  private static let longestTag = 64

  /// Reads ``name``; nil for anything else.
  init?(_ name: String) {
    if let fixed = Self.fixed.first(where: { $0.name == name }) {
      self = fixed
    } else if name.hasPrefix(Self.tagPrefix) {
      let tag = String(name.dropFirst(Self.tagPrefix.count))
      guard !tag.isEmpty, !tag.exceeds(scalars: Self.longestTag) else { return nil }
      self = .tag(tag)
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .hour: "hour"
    case .day: "day"
    case .tenant: "tenant"
    case .key: "key"
    case .user: "user"
    case .route: "route"
    case .provider: "provider"
    case .model: "model"
    case .lane: "lane"
    case .tag(let tag): Self.tagPrefix + tag
    }
  }

  /// How long (ms) its periods are; nil for what is no time.
  var period: Int64? {
    switch self {
    case .hour: 3_600_000
    case .day: 86_400_000
    default: nil
    }
  }

  var isTag: Bool { if case .tag = self { true } else { false } }
}
