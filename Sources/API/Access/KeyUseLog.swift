import ServiceLifecycle
import Shared
import Synchronization

/// Notes when keys are used, for their records. Written in batches from time to time: nobody waits for it, and what a
/// process has not written when it is killed is lost.
final class KeyUseLog: Service {
  static let interval = Duration.seconds(15)

  private let store: AccessStore
  private let clock: RedisClock
  private let used = Mutex<[String: Int64]>([:])

  init(store: AccessStore, clock: RedisClock) {
    self.store = store
    self.clock = clock
  }

  /// A key was used now.
  func note(_ key: KeyID) {
    let now = clock.now
    used.withLock { $0[key.rawValue] = now }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { await self.write() }
    }
    await write()
  }

  func write() async {
    let times = used.withLock { used in
      defer { used.removeAll(keepingCapacity: true) }
      return used
    }
    // Without Redis the next use is noted again.
    try? await store.noteUse(times)
  }
}
