import Synchronization

/// Measures how long one streamed answer took to begin.
final class FirstPiece: Sendable {
  private let metrics: TargetMetrics?
  private let start = ContinuousClock.now
  private let hasCome = Atomic(false)
  /// Pieces come where no task is.
  private let trace: String?

  /// `trace` is what an exemplar may name.
  init(_ metrics: TargetMetrics?, trace: String?) {
    self.metrics = metrics
    self.trace = trace
  }

  /// A piece has come; the first one counts.
  func came() {
    guard let metrics, !hasCome.load(ordering: .relaxed), !hasCome.exchange(true, ordering: .relaxed) else {
      return
    }
    metrics.began(after: .now - start, trace: trace)
  }
}
