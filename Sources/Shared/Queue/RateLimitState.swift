import NIOCore

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
  init?(_ reply: ArraySlice<RESPValue>) {
    let first = reply.startIndex
    guard reply.count == 3, let limit = reply[first].integer, let remaining = reply[first + 1].integer,
      let reset = reply[first + 2].integer
    else { return nil }
    self.init(limit: Int(limit), remaining: Int(remaining), reset: .milliseconds(reset))
  }

  /// Three words of a reply, which are taken.
  init?(_ words: inout ByteBuffer) {
    let (limit, remaining, reset) = (words.readNumber(), words.readNumber(), words.readNumber())
    guard let limit, let remaining, let reset else { return nil }
    self.init(limit: Int(limit), remaining: Int(remaining), reset: .milliseconds(reset))
  }

  /// The same as an element of its own.
  init?(_ reply: RESPValue) { self.init((reply.array ?? [])[...]) }
}
