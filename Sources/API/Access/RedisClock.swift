import Shared
import Synchronization

/// What time it is to Redis, by which expiries and periods are judged, as far as this process has heard it.
final class RedisClock: Sendable {
  /// By how much this process's clock is behind, in milliseconds.
  private let ahead = Atomic<Int64>(0)

  /// Redis said that it is that time (Unix milliseconds).
  func heard(_ time: Int64, at local: Int64 = Timestamp.now) { ahead.store(time - local, ordering: .relaxed) }

  /// Unix milliseconds.
  var now: Int64 { Timestamp.now + ahead.load(ordering: .relaxed) }
}
