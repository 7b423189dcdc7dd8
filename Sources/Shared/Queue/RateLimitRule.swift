/// One limit as the queue counts it: by subject, for all API processes together.
public struct RateLimitRule: Sendable, Hashable {
  /// Whom it counts, such as `key:…` or `ip:192.0.2.1`.
  public let subject: String
  public let limit: RateLimit

  public init(subject: String, limit: RateLimit) {
    self.subject = subject
    self.limit = limit
  }
}

extension RedisCommand {
  mutating func append(_ rules: [RateLimitRule]) {
    for rule in rules {
      append(rule.subject)
      append(rule.limit.emissionIntervalMicroseconds)
      append(rule.limit.requests)
    }
  }
}

/// What is left of the tightest limit, for the `RateLimit-*` headers.
public struct RateLimitState: Sendable, Hashable {
  public let limit: Int
  public let remaining: Int
  /// The time until nothing of the limit is used any more.
  public let reset: Duration

  public init(limit: Int, remaining: Int, reset: Duration) {
    self.limit = limit
    self.remaining = remaining
    self.reset = reset
  }

  /// Three elements of a reply; nil when no limit was asked about.
  init?(_ reply: ArraySlice<RESPValue>) {
    guard reply.count == 3, let limit = reply[reply.startIndex].integer,
      let remaining = reply[reply.startIndex + 1].integer, let reset = reply[reply.startIndex + 2].integer
    else { return nil }
    self.init(limit: Int(limit), remaining: Int(remaining), reset: .milliseconds(reset))
  }
}
