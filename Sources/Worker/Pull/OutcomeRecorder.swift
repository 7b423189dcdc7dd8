import Logging
import Shared

/// Records how the work on a job came out, in spite of a Redis that is away for a while.
struct OutcomeRecorder: Sendable {
  let queue: JobQueue
  let held: HeldJobs
  let logger: Logger

  private static let mostRefusals = 20

  /// ``record(_:_:)`` for the step that ends the work on a job: from now on its answer says whether the lease was held,
  /// and no renewal does.
  func settle(
    _ lease: Lease, _ step: (JobQueue) async throws(QueueError) -> Settlement
  ) async throws -> Settlement? {
    held.settle(lease)
    return try await record(lease, step)
  }

  /// Tries `step` for as long as the lease may still hold: an answer has been paid for, and is held until it is recorded
  /// and, where replicas are waited for, until they have it. What Redis refuses for
  /// good is given up, or it would hold a slot for ever; the job's lease then runs out. Nil when given up.
  ///
  /// Throws only `CancellationError`, when the lease is lost or the worker stops.
  func record(
    _ lease: Lease, _ step: (JobQueue) async throws(QueueError) -> Settlement
  ) async throws -> Settlement? {
    var pause = Duration.milliseconds(50)
    var refusals = 0
    var mayHaveHappened = false
    while true {
      do throws(QueueError) {
        let settlement = try await step(queue)
        guard settlement == .unacknowledged else {
          if settlement == .stale { reportStale(lease, afterUnknown: mayHaveHappened) }
          return settlement
        }
      } catch {
        if error.isRefusal { refusals += 1 }
        if error.mayHaveHappened { mayHaveHappened = true }
        guard refusals < Self.mostRefusals else {
          logger.error("Redis refuses to record a job's outcome: \(error)", metadata: ["job": "\(lease.id)"])
          return nil
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(1))
        continue
      }
      // Too few replicas have it. A server that becomes the master may lack it: it is recorded there then, else it is
      // found recorded.
      try await waitForReplicas()
    }
  }

  /// Waits until enough replicas have all that was written.
  private func waitForReplicas() async throws(CancellationError) {
    while await !queue.isAcknowledged() {
      // Where Redis does not answer either, that is known at once.
      guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { throw CancellationError() }
    }
  }

  /// When an earlier try was not answered, it is most likely that one which took effect.
  private func reportStale(_ lease: Lease, afterUnknown: Bool) {
    if afterUnknown {
      logger.debug(
        "an outcome was recorded by a try that was not answered, or refused", metadata: ["job": "\(lease.id)"]
      )
      return
    }
    logger.notice(
      "a job had ended or was another worker's; this one's outcome was refused",
      metadata: ["job": "\(lease.id)"])
  }
}
