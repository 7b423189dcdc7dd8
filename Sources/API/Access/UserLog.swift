import ServiceLifecycle
import Shared
import Synchronization

/// Notes which users were named, so that administrators can list them. Written in batches from time to time: nobody waits for
/// it, and what a process has not written when it is killed is known again when the user is named again.
final class UserLog: Service {
  static let interval = Duration.seconds(15)
  /// More names than these in one interval are noted later: who names users without number must not fill this process.
  static let most = 10_000

  private let queue: JobQueue
  private let clock: RedisClock
  private let named = Mutex<[TenantUser: Int64]>([:])

  init(queue: JobQueue, clock: RedisClock) {
    self.queue = queue
    self.clock = clock
  }

  /// A request that was taken in names a user.
  func note(_ user: TenantUser) {
    let now = clock.now
    named.withLock { if $0.count < Self.most || $0[user] != nil { $0[user] = now } }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { await self.write() }
    }
    await write()
  }

  /// Writes what was noted since; whoever lists users sees all that this process has noted.
  func write() async {
    let times = named.withLock { named in
      defer { named.removeAll(keepingCapacity: true) }
      return named
    }
    // Without Redis they are known again when they are named again.
    try? await queue.noteUsers(times)
  }
}
