import Shared
import Synchronization

/// Looks something up once for all who want it at the same time: a hundred requests that come with one key which nobody
/// knows yet are one look into Redis.
final class SharedLookups<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// Nil where whoever looked was cancelled: another one has to.
  private typealias Waiter = CheckedContinuation<Result<Value, QueueError>?, Never>

  private let waiters = Mutex<[Key: [Waiter]]>([:])

  /// How many wait for what another looks up.
  func waiting(for key: Key) -> Int { waiters.withLock { $0[key]?.count ?? 0 } }

  /// What `look` finds, or what another finds who is looking already. Who is cancelled while another looks waits for
  /// that end; it is near, since commands have their time-out.
  func value(
    for key: Key, _ look: () async throws(QueueError) -> Value
  ) async throws(QueueError) -> Value {
    while true {
      let isFirst = waiters.withLock { waiters in
        guard waiters[key] == nil else { return false }
        waiters[key] = []
        return true
      }
      if isFirst { return try await found(key, look) }
      if let result = await result(for: key) { return try result.get() }
    }
  }

  private func found(
    _ key: Key, _ look: () async throws(QueueError) -> Value
  ) async throws(QueueError) -> Value {
    let result: Result<Value, QueueError>
    do throws(QueueError) { result = .success(try await look()) } catch { result = .failure(error) }
    let others = waiters.withLock { $0.removeValue(forKey: key) } ?? []
    var told: Result<Value, QueueError>? = result
    if case .failure = result, Task.isCancelled { told = nil }
    for other in others { other.resume(returning: told) }
    return try result.get()
  }

  /// What the one who looks finds; nil where nobody looks any more.
  private func result(for key: Key) async -> Result<Value, QueueError>? {
    await withCheckedContinuation { waiter in
      let waits = waiters.withLock { waiters in
        guard waiters[key] != nil else { return false }
        waiters[key, default: []].append(waiter)
        return true
      }
      if !waits { waiter.resume(returning: nil) }
    }
  }
}
