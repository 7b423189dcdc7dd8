import Logging
import ServiceLifecycle
import Shared

/// Looks over the queue once a minute for what no step should have left, repairs it and says so. It expects
/// to find nothing. Any number of workers may have one: each minute, one of them does the work.
struct Janitor: Service {
  static let interval = Duration.seconds(60)
  /// About a hundred thousand keys a minute, which costs Redis less than a hundredth of its time.
  static let stepsAtOnce = 500
  /// Of changes that a process did not finish there are few.
  private static let recordsAtOnce = 20

  let queue: JobQueue
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var cursor = MendCursor.start
      var damage = QueueDamage()
      while (try? await Task.sleep(for: Self.interval)) != nil {
        let isOnDuty = (try? await queue.isOnDuty(for: Self.interval)) == true
        if isOnDuty {
          await mend(from: &cursor)
          // Without Redis nothing is kept too long that could be read.
          try? await queue.retain(now: Timestamp.now, steps: Self.stepsAtOnce)
          try? await AccessStore(queue).sweep(steps: Self.stepsAtOnce)
          try? await AccessStore(queue).reconsider(records: Self.recordsAtOnce)
        }
        await learn(&damage, isOnDuty: isOnDuty)
      }
    }
  }

  private func mend(from cursor: inout MendCursor) async {
    // Without Redis there is nothing to look at; the next minute comes.
    guard let found = try? await queue.mend(from: cursor, steps: Self.stepsAtOnce) else { return }
    cursor = found.next
    for (kind, found) in Dictionary(grouping: found.repairs, by: \.kind) {
      logger.error(
        "the janitor repaired what should not have been; please report this",
        metadata: ["kind": "\(kind)", "count": "\(found.count)", "first": "\(found[0].subject)"])
    }
  }

  /// What other steps have met and passed over is known by every worker, and told by the one on duty.
  private func learn(_ damage: inout QueueDamage, isOnDuty: Bool) async {
    guard let statistics = try? await queue.statistics() else { return }
    for sentence in damage.learn(from: statistics) where isOnDuty { logger.error("\(sentence)") }
  }
}
