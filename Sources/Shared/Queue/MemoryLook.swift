import Synchronization

/// Asks Redis for its memory, for as long as it lets itself be asked: Sluice works without that right.
final class MemoryLook: Sendable {
  /// How long a refusal holds: a right that is given later is found then.
  static let rest = Duration.seconds(60)

  private let redis: RedisClient
  private let resumes = Mutex<ContinuousClock.Instant?>(nil)

  init(redis: RedisClient) { self.redis = redis }

  /// Nil where Redis does not tell, is away, or refused to a moment ago.
  func look(now: ContinuousClock.Instant = .now) async -> RedisMemory? {
    if let end = resumes.withLock({ $0 }), now < end { return nil }
    do throws(RedisError) {
      let info = try await redis.send(RedisCommand("INFO", "memory")).string
      resumes.withLock { $0 = nil }
      return info.flatMap { RedisMemory($0) }
    } catch {
      guard case .replied(_, _, let message) = error, !RedisErrorReason(message: message).isPassing else {
        return nil
      }
      resumes.withLock { $0 = now + Self.rest }
      return nil
    }
  }
}
