/// What all workers know of a target that is not asked now.
public struct CircuitRecord: Sendable, Hashable {
  public enum Cause: String, Sendable, Hashable, CaseIterable {
    /// Faults in a row: errors, time-outs, malformed answers.
    case faults
    /// The provider refused its key or its credit is spent (401, 402, 403).
    case keyRefused = "key-refused"
    /// The provider's own rate limit, until it resets. The circuit itself is sound.
    case limited
  }

  public let cause: Cause
  /// A short reason for people, such as `rate limited (429)`.
  public let reason: String
  /// How long the target is left alone, by Redis' clock when the record was read. Zero means half-open:
  /// one probe may go through. A `limited` record is gone when its time is over.
  public let remaining: Duration

  public init(cause: Cause, reason: String, remaining: Duration) {
    self.cause = cause
    self.reason = reason
    self.remaining = remaining
  }
}

/// The circuit state that all workers share. Implemented on Redis; a test may bring its own.
public protocol CircuitSharing: Sendable {
  /// Every target with a record.
  func records() async throws(RedisError) -> [Target: CircuitRecord]
  /// Leaves a target alone for a while; a longer time that is already recorded stays.
  func leaveAlone(
    _ target: Target, for cooldown: Duration, cause: CircuitRecord.Cause, reason: String
  ) async throws(RedisError)
  /// Whether the caller may send the one probe of a half-open circuit. The permission passes to
  /// another after `timeout` if it is not settled by ``leaveAlone(_:for:cause:reason:)`` or ``close(_:)``.
  func mayProbe(_ target: Target, timeout: Duration) async throws(RedisError) -> Bool
  /// The target answered: forgets its record.
  func close(_ target: Target) async throws(RedisError)
}
