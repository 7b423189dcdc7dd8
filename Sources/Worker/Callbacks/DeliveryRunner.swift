import Logging
import Shared

/// Runs one claimed delivery to its next state: sends the webhook, and records how it went.
struct DeliveryRunner: Sendable {
  let queue: JobQueue
  let sender: CallbackSender
  let recorder: OutcomeRecorder
  /// From some seconds to an hour: a receiver that is down for a day is found again within the hour.
  var backoff = RetryBackoff(base: .seconds(5), cap: .seconds(3600))
  let logger: Logger

  /// Throws when the lease is lost, the worker stops or Redis is away: the delivery is then left to its lease.
  func run(_ delivery: ClaimedJob, of job: JobID) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + delivery.timeLeft
    let outcome = try await send(delivery.lease.id, job)
    let lease = delivery.lease
    switch outcome {
    case .delivered:
      _ = try await recorder.record(lease) { queue throws(QueueError) in
        try await queue.completeDelivery(lease)
      }
    case .refused(let reason):
      try await fail(lease, job, reason)
    case .failed(let reason, let retryAfter):
      let delay = backoff.delay(
        afterAttempt: delivery.attempts, retryAfter: retryAfter, chance: .random(in: 0.5..<1))
      guard clock.now + delay < deadline else { return try await fail(lease, job, reason) }
      logger.info(
        "a webhook was not delivered and is tried again: \(reason)",
        metadata: ["job": "\(job)", "attempt": "\(delivery.attempts)"])
      _ = try await recorder.record(lease) { queue throws(QueueError) in
        try await queue.retry(lease, after: delay, countsAttempt: true)
      }
    }
  }

  private func send(_ id: JobID, _ job: JobID) async throws -> CallbackSender.Outcome {
    guard let delivery = try await queue.delivery(of: job) else {
      return .refused("the job that it should tell of is gone")
    }
    return try await sender.send(JobEvent.body(of: delivery.job), id: id.rawValue, to: delivery.url)
  }

  private func fail(_ lease: Lease, _ job: JobID, _ reason: String) async throws {
    logger.warning("a webhook could not be delivered: \(reason)", metadata: ["job": "\(job)"])
    let failure = JobFailure(
      code: .undeliverable, message: "The callback could not be delivered: \(reason).")
    _ = try await recorder.record(lease) { queue throws(QueueError) in
      try await queue.fail(lease, with: failure)
    }
  }
}
