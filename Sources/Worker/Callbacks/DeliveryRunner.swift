import Logging
import Shared

/// Runs one claimed delivery to its next state: sends the webhook, and records how it went.
///
/// A class, since it is large and each job's task would have room for all of it.
final class DeliveryRunner: Sendable {
  private let queue: JobQueue
  private let sender: CallbackSender
  private let recorder: OutcomeRecorder
  private let backoff = CallbackBackoff()
  private let logger: Logger

  init(queue: JobQueue, sender: CallbackSender, recorder: OutcomeRecorder, logger: Logger) {
    self.queue = queue
    self.sender = sender
    self.recorder = recorder
    self.logger = logger
  }

  /// Throws when the lease is lost, the worker stops or Redis is away: the delivery is then left to its lease.
  func run(_ delivery: ClaimedJob, of job: JobID) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + delivery.timeLeft
    let lease = delivery.lease
    guard let content = try await queue.delivery(of: job) else {
      return try await fail(lease, job, "the job that it should tell of is gone")
    }
    switch try await sender.send(CallbackDelivery(url: content.url, job: JobResource(content.job))) {
    case .delivered:
      _ = try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.completeDelivery(lease)
      }
    case .gone:
      try await fail(lease, job, "its receiver is gone (410)")
    case .failed(let reason, let retryAfter):
      let delay = backoff.delay(
        afterAttempt: delivery.attempts, retryAfter: retryAfter, chance: .random(in: 0..<1))
      guard clock.now + delay < deadline else { return try await fail(lease, job, reason) }
      logger.info(
        "a webhook was not delivered and is tried again: \(reason)",
        metadata: ["job": "\(job)", "attempt": "\(delivery.attempts)"])
      _ = try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.retry(lease, after: delay, countsAttempt: true)
      }
    }
  }

  private func fail(_ lease: Lease, _ job: JobID, _ reason: String) async throws {
    logger.warning("a webhook could not be delivered: \(reason)", metadata: ["job": "\(job)"])
    let failure = JobFailure(
      code: .undeliverable, message: "The callback could not be delivered: \(reason).")
    _ = try await recorder.settle(lease) { queue throws(QueueError) in
      try await queue.fail(lease, with: failure)
    }
  }
}
