/// What is left of one limit, for the `RateLimit-*` headers.
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
  init?(_ reply: [RESPValue]) {
    guard reply.count == 3, let limit = reply[0].integer, let remaining = reply[1].integer,
      let reset = reply[2].integer
    else { return nil }
    self.init(limit: Int(limit), remaining: Int(remaining), reset: .milliseconds(reset))
  }
}

/// What is left of the tightest limit of each kind; nil where a request counts against none.
public struct RateLimitStates: Sendable, Hashable {
  public static let none = RateLimitStates(requests: nil, tokens: nil)

  public var requests: RateLimitState?
  public var tokens: RateLimitState?

  public init(requests: RateLimitState?, tokens: RateLimitState?) {
    self.requests = requests
    self.tokens = tokens
  }

  /// An element of a reply: the two, each of three elements or none.
  init(_ reply: RESPValue) {
    let states = reply.array ?? []
    requests = states.first.flatMap { RateLimitState($0.array ?? []) }
    tokens = states.last.flatMap { RateLimitState($0.array ?? []) }
  }
}
