import Crypto

/// Who there is, and what bounds whom.
public struct KeyScene: Sendable {
  /// Of each tenant as a whole.
  public var tenants: [String: [KeyBound]] = [:]
  /// Of each key, by its id.
  public var keys: [String: [KeyBound]] = [:]
  /// Of each of a tenant's users, as they are written.
  public var users: [String: [String]] = [:]

  /// By how much the limits of requests and of tokens are others than those of the run, to see whether that is found.
  public var error: (requests: Int64, tokens: Int64) = (0, 0)

  public init() {}

  /// A limit that no client reaches, of each tenant: its arrival time is the very microsecond at which a step admitted, and
  /// one more for each that it admitted of the tenant.
  public static let clock = "1000000 requests/second"

  public static func owner(tenant: String) -> String { "t:\(tenant)" }
  public static func owner(key: String) -> String { "k:\(key)" }

  /// A user is counted by the first eight bytes of a digest of the name.
  public static func owner(user: String, of tenant: String) -> String {
    let digest = SHA256.hash(data: Array(user.utf8)).prefix(8)
    return "u:\(tenant):" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  public static func clockField(of tenant: String) -> String {
    KeyBound(limit: clock, of: owner(tenant: tenant), scope: "tenant").field
  }

  /// All that counts a question.
  public func bounds(for question: KeyQuestion) -> [KeyBound] {
    let own = (tenants[question.tenant] ?? []) + (keys[question.key] ?? [])
    let ofUser = question.user.map { user in
      (users[question.tenant] ?? []).map {
        KeyBound(limit: $0, of: Self.owner(user: user, of: question.tenant), scope: "user")
      }
    }
    return (own + (ofUser ?? [])).filter { $0.counts(question.model) }.map(wrong)
  }

  private func wrong(_ bound: KeyBound) -> KeyBound {
    switch bound.measure {
    case .requests where bound.text != Self.clock: bound.off(by: error.requests)
    case .tokens: bound.off(by: error.tokens)
    default: bound
    }
  }
}

extension KeyBound {
  /// Whether a question for that model counts: its own name, or a pattern that ends in `*`.
  func counts(_ model: String) -> Bool {
    guard let place = subject.firstIndex(of: "@") else { return true }
    let pattern = subject[subject.index(after: place)...]
    return pattern.hasSuffix("*") ? model.hasPrefix(pattern.dropLast()) : model == pattern
  }
}
