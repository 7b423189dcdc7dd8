import Logging
import Shared

/// Records how the work on a job came out, in spite of a Redis that is away for a while.
struct OutcomeRecorder: Sendable {
  let queue: JobQueue
  let logger: Logger

  private static let mostRefusals = 20

  /// Tries `step` for as long as the lease may still hold: an answer has been paid for. What Redis refuses for
  /// good is given up, or it would hold a slot for ever; the job's lease then runs out. Nil when given up.
  ///
  /// Throws only `CancellationError`, when the lease is lost or the worker stops.
  func record(
    _ lease: Lease, _ step: (JobQueue) async throws(QueueError) -> Settlement
  ) async throws -> Settlement? {
    var pause = Duration.milliseconds(50)
    var refusals = 0
    while true {
      do throws(QueueError) {
        let settlement = try await step(queue)
        if settlement == .stale { reportStale(lease) }
        return settlement
      } catch {
        if error.isRefusal { refusals += 1 }
        guard refusals < Self.mostRefusals else {
          logger.error("Redis refuses to record a job's outcome: \(error)", metadata: ["job": "\(lease.id)"])
          return nil
        }
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(1))
    }
  }

  private func reportStale(_ lease: Lease) {
    logger.notice(
      "a job had ended or was another worker's; this one's outcome was refused",
      metadata: ["job": "\(lease.id)"])
  }
}
