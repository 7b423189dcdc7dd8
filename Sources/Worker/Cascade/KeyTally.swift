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
        labels: [
          ("provider", entry.provider), ("provider_key", "\(entry.key)"), ("status", entry.status.rawValue),
        ], number: count
      )
    }
    guard !samples.isEmpty else { return }
    text.add(
      "worker_provider_key_attempts_total", .counter,
      "Steps of cascades at providers with several keys, by the key's place.", samples)
  }
}
