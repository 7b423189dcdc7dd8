import Shared

/// Says what a client's requests count against.
struct LimitPolicy: Sendable {
  /// Nil when requests are not limited.
  let limit: RateLimit?
  let subject: RateLimitSubject

  /// What a request takes of `RATE_LIMIT`. `key` names the key without being it: limits stand in Redis, keys do not. The
  /// address is looked for only where it counts.
  func demands(key: String, address: @autoclosure () -> String) -> [RateDemand] {
    guard let limit else { return [] }
    return [RateDemand(subject: name(key, address), limit: limit)]
  }

  private func name(_ key: String, _ address: () -> String) -> String {
    switch subject {
    case .key: "key:\(key)"
    case .ip: "ip:\(address())"
    case .keyAndIP: "key:\(key):ip:\(address())"
    }
  }
}
