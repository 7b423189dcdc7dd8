import Synchronization

/// Measures how long one streamed answer took to begin.
final class FirstPiece: Sendable {
  private let metrics: TargetMetrics?
  private let start = ContinuousClock.now
  private let hasCome = Atomic(false)

  init(_ metrics: TargetMetrics?) { self.metrics = metrics }

  /// A piece has come; the first one counts.
  func came() {
    guard let metrics, !hasCome.load(ordering: .relaxed), !hasCome.exchange(true, ordering: .relaxed) else {
      return
    }
    metrics.began(after: .now - start)
  }
}
