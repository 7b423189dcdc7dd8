import Shared
import Synchronization

/// Slows down who tries out keys: from an address that has sent a hundred unknown ones in a minute, further unknown ones
/// are turned away until the minute is over. A key that is known, or was, is never counted.
///
/// Counts this process alone: chance has 2¹⁶⁰ keys, and no guess must cost a write to Redis.
final class GuessGuard: Sendable {
  static let most = 100
  static let window = Duration.seconds(60)
  /// So many addresses are remembered.
  private static let addresses = 10_000

  private struct Guesses: Sendable {
    let since: ContinuousClock.Instant
    var count: Int
  }

  private let guesses = Mutex(GenerationalCache<String, Guesses>(capacity: addresses))

  /// Counts an unknown key. Returns after what time the next may come, when it was one too many.
  func noteUnknown(from address: String, now: ContinuousClock.Instant = .now) -> Duration? {
    guesses.withLock { guesses in
      var own = guesses[address] ?? Guesses(since: now, count: 0)
      if now - own.since >= Self.window { own = Guesses(since: now, count: 0) }
      own.count += 1
      guesses[address] = own
      return own.count > Self.most ? Self.window - (now - own.since) : nil
    }
  }
}
