/// A request's share of a target's quotas, taken before it is asked.
public struct QuotaReservation: Sendable, Hashable {
  public let target: Target
  /// The tokens that were taken.
  public let estimatedTokens: Int
  /// The number of this reservation among those of its target.
  public let receipt: Int64
  /// Unix milliseconds by Redis' clock.
  public let time: Int64

  public init(target: Target, estimatedTokens: Int, receipt: Int64, time: Int64) {
    self.target = target
    self.estimatedTokens = estimatedTokens
    self.receipt = receipt
    self.time = time
  }
}

/// What a provider's response said of one of its limits.
public struct StatedQuota: Sendable, Hashable {
  public let kind: Quota.Kind
  public let left: Int
  public let limit: Int
  public let resetsIn: Duration

  public init(kind: Quota.Kind, left: Int, limit: Int, resetsIn: Duration) {
    self.kind = kind
    self.left = left
    self.limit = limit
    self.resetsIn = resetsIn
  }

  /// Whether so little is left that workers must ask each other before they ask the provider. Otherwise
  /// counting costs more than it saves.
  public var isTight: Bool {
    switch kind {
    case .requests: left <= max(100, limit / 4)
    case .tokens: left <= max(20_000, limit / 4)
    }
  }
}

/// The quotas that all workers share. Implemented on Redis; a test may bring its own.
public protocol QuotaSharing: Sendable {
  /// Takes one request and its tokens from all quotas of a target, or from none: then how long to wait.
  func reserve(
    _ target: Target, tokens: Int, quotas: [Quota]
  ) async throws(RedisError) -> Result<QuotaReservation, QuotaExhausted>
  /// Puts the tokens that were really used in the place of the estimate.
  func settle(_ reservation: QuotaReservation, usedTokens: Int, quotas: [Quota]) async throws(RedisError)
  /// Tells what a provider's response said; `receipt` is that of the request's reservation, if it had one.
  func observe(_ stated: [StatedQuota], of target: Target, receipt: Int64?) async throws(RedisError)
  /// The targets of which so little is left that they must be asked about.
  func metered() async throws(RedisError) -> Set<Target>
}

/// A target's quota is used up for now.
public struct QuotaExhausted: Error, Sendable, Hashable {
  public let wait: Duration

  public init(wait: Duration) { self.wait = wait }
}
