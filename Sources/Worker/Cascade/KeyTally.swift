import Shared
import Synchronization

/// What came of asking providers that have several keys, or with a tenant's own, since the worker started.
final class KeyTally: Sendable {
  private struct Entry: Hashable {
    let provider: String
    let key: KeyPlace
    let status: CascadeStep.Status
  }

  private let counts = Mutex<[Entry: Int]>([:])

  /// Counts a step that has a key.
  func note(_ step: CascadeStep) {
    guard let key = step.key else { return }
    counts.withLock {
      $0[Entry(provider: step.provider, key: key, status: step.status), default: 0] += 1
    }
  }

  func write(to text: inout MetricsText) {
    let samples = counts.withLock { $0 }.map { entry, count in
      (
        labels: [entry.provider, "\(entry.key)", entry.status.rawValue], number: MetricNumber.integer(count)
      )
    }
    if !samples.isEmpty { text.add(Metrics.keyAttempts, samples) }
  }
}
