import NIOCore

/// What is left of the tightest limit of each kind; nil where a request counts against none.
public struct RateLimitStates: Sendable, Hashable {
  public static let none = RateLimitStates(requests: nil, tokens: nil)

  public var requests: RateLimitState?
  public var tokens: RateLimitState?

  public init(requests: RateLimitState?, tokens: RateLimitState?) {
    self.requests = requests
    self.tokens = tokens
  }

  /// The end of a reply: three elements of each of the two, nothing where there is neither.
  init(_ reply: ArraySlice<RESPValue>) {
    requests = RateLimitState(reply.prefix(3))
    tokens = RateLimitState(reply.dropFirst(3))
  }

  /// The end of what a reply says in words: three of each of the two, `-` for what is not limited, nothing where there is neither.
  init(_ words: inout ByteBuffer) {
    requests = RateLimitState(&words)
    tokens = RateLimitState(&words)
  }

  /// An element of a reply: the two, each of three elements or none.
  init(_ reply: RESPValue) {
    let states = reply.array ?? []
    requests = states.first.flatMap { RateLimitState($0) }
    tokens = states.last.flatMap { RateLimitState($0) }
  }
}
