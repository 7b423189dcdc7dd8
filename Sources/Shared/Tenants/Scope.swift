/// What a key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable, Comparable {
  /// All that makes jobs; reading and cancelling what the key itself made.
  case ask
  /// Jobs, events and usage of the tenant.
  case read
  /// Prompts and answers on the board.
  case contents
  /// Every GET of `/admin`.
  case adminRead = "admin:read"
  /// That, and dead letters, jobs, targets, cache.
  case adminOperate = "admin:operate"
  /// ``adminRead``, and keys and users.
  case adminKeys = "admin:keys"
  /// All of `/admin`, tenants too.
  case adminAll = "admin:all"

  /// What a key has that was made without scopes, and `SERVICE_API_KEY`.
  public static let usual: Set<Scope> = [.ask, .read]

  public var isAdmin: Bool {
    switch self {
    case .ask, .read, .contents: false
    case .adminRead, .adminOperate, .adminKeys, .adminAll: true
    }
  }

  /// Whether who has this may do what `other` allows. Nobody administrates his way to asking, or to others' prompts.
  public func includes(_ other: Scope) -> Bool {
    switch self {
    case .ask, .read, .contents, .adminRead: self == other
    case .adminOperate, .adminKeys: self == other || other == .adminRead
    case .adminAll: other.isAdmin
    }
  }

  /// Whether who has this may give a key `other`: what it includes, and who manages keys makes such that ask and read.
  public func gives(_ other: Scope) -> Bool {
    switch self {
    case .adminKeys: includes(other) || Self.usual.contains(other)
    case .adminAll: true
    default: self == other
    }
  }

  /// The order of the declaration, which is that of records.
  public static func < (left: Scope, right: Scope) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Set<Scope> {
  /// Whether any of them allows what `scope` does.
  public func allow(_ scope: Scope) -> Bool { contains { $0.includes(scope) } }

  public var isAdmin: Bool { contains(where: \.isAdmin) }
}
