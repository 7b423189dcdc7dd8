import Shared

/// Says what a client's requests count against.
struct LimitPolicy: Sendable {
  /// Nil when requests are not limited.
  let limit: RateLimit?
  let subject: RateLimitSubject

  /// `key` names the key without being it: limits stand in Redis, keys do not. The address is looked for only where
  /// it counts.
  func rules(key: String, address: @autoclosure () -> String) -> [RateLimitRule] {
    guard let limit else { return [] }
    let name =
      switch subject {
      case .key: "key:\(key)"
      case .ip: "ip:\(address())"
      case .keyAndIP: "key:\(key):ip:\(address())"
      }
    return [RateLimitRule(subject: name, limit: limit)]
  }
}
