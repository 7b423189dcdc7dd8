import ServiceLifecycle
import Shared
import Synchronization

/// Keys that are used, for their records.
typealias KeyUseLog = LastSeenLog<KeyID>
/// Users whom requests name, so that administrators can list them.
typealias UserLog = LastSeenLog<TenantUser>

/// Notes when something was seen last. Written in batches from time to time: nobody waits for it, and what a process has not
/// written when it is killed is known again when it is seen again.
final class LastSeenLog<Subject: Hashable & Sendable>: Service {
  /// More than these in one interval are noted later: who names users without number must not fill this process.
  private static var most: Int { 10_000 }
  private static var interval: Duration { .seconds(15) }

  private let clock: RedisClock
  private let store: @Sendable ([Subject: Int64]) async throws(QueueError) -> Void
  private let seen = Mutex<[Subject: Int64]>([:])

  /// - Parameter store: writes when subjects were seen (Unix milliseconds).
  init(clock: RedisClock, store: @escaping @Sendable ([Subject: Int64]) async throws(QueueError) -> Void) {
    self.clock = clock
    self.store = store
  }

  /// It was seen now.
  func note(_ subject: Subject) {
    let now = clock.now
    seen.withLock { if $0.count < Self.most || $0[subject] != nil { $0[subject] = now } }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { await self.write() }
    }
    await write()
  }

  /// Writes what was noted since, so that whoever lists them sees all that this process has noted.
  func write() async {
    let times = seen.withLock { seen in
      defer { seen.removeAll(keepingCapacity: true) }
      return seen
    }
    guard !times.isEmpty else { return }
    // Without Redis they are known again when they are seen again.
    try? await store(times)
  }
}
