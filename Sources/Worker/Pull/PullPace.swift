import Synchronization

/// Slows the pull loop while no provider can be asked: jobs that are claimed only to be put aside again cost
/// Redis work and get nobody an answer. Jobs that are handed over do not wait for it; there are no more of them than
/// the last claim has offered. Not stopped, because jobs further back may be for other providers.
final class PullPace: Sendable {
  /// So many jobs in a row must have been put aside.
  private static let patience = 16
  private static let shortest = Duration.milliseconds(100)
  private static let longest = Duration.seconds(2)

  private let fruitless = Mutex(0)

  /// How long to wait before the next claim.
  var rest: Duration {
    let excess = fruitless.withLock { $0 } - Self.patience
    guard excess >= 0 else { return .zero }
    return min(Self.longest, Self.shortest * (1 << min(excess / Self.patience, 6)))
  }

  /// Notes that a job was put aside without any provider having been asked, or that one was asked.
  func note(askedAny: Bool) {
    fruitless.withLock { $0 = askedAny ? 0 : $0 + 1 }
  }
}
