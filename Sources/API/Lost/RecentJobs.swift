import Shared
import Synchronization

/// The jobs that this process has accepted a moment ago and for which nobody waits here: a failover can lose only what was
/// written shortly before it.
final class RecentJobs: Sendable {
  /// Longer than replicas lag.
  private static let longest = Duration.seconds(30)
  private static let most = 65_536

  /// How many come before those are dropped whose time is over.
  private static let batch = 256

  struct Entry: Sendable {
    let id: JobID
    /// In Unix milliseconds of Redis.
    let created: Int64
    fileprivate let since: ContinuousClock.Instant
  }

  private let horizon: Duration
  private let jobs = Mutex<[Entry]>([])

  /// A job that has ended is kept for `time` at least: no longer is it looked for.
  init(keptFor time: Duration = .seconds(30)) { horizon = min(time, Self.longest) }

  func add(_ id: JobID, created: Int64, now: ContinuousClock.Instant = .now) {
    jobs.withLock { jobs in
      jobs.append(Entry(id: id, created: created, since: now))
      guard jobs.count.isMultiple(of: Self.batch) else { return }
      let old = jobs.firstIndex { now - $0.since <= horizon } ?? jobs.count
      jobs.removeFirst(max(old, jobs.count - Self.most))
    }
  }

  /// Those that may be lost if another server has taken over until now.
  func since(_ now: ContinuousClock.Instant = .now) -> [Entry] {
    jobs.withLock { $0.filter { now - $0.since <= horizon } }
  }

  /// They are known to be lost, and are not looked for again.
  func remove(_ ids: Set<JobID>) { jobs.withLock { $0.removeAll { ids.contains($0.id) } } }
}
