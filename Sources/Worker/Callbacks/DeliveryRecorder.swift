import Logging
import Shared

/// Records what came of an attempt to call a receiver: its end, or when it is tried again.
struct DeliveryRecorder: Sendable {
  let recorder: OutcomeRecorder
  let logger: Logger
  private let backoff = CallbackBackoff()

  init(recorder: OutcomeRecorder, logger: Logger) {
    self.recorder = recorder
    self.logger = logger
  }

  /// - Parameters:
  ///   - deadline: of the delivery; no attempt is made behind it.
  ///   - subject: whom or what it tells of, for the log.
  func record(
    _ outcome: CallbackOutcome, of delivery: ClaimedJob, by deadline: ContinuousClock.Instant,
    about subject: Logger.Metadata
  ) async throws {
    switch outcome {
    case .delivered: try await complete(delivery)
    case .gone: try await fail(delivery, "its receiver is gone (410)", about: subject)
    case .failed(let reason, let retryAfter, _):
      let delay = backoff.delay(
        afterAttempt: delivery.attempts, retryAfter: retryAfter, chance: .random(in: 0..<1))
      guard ContinuousClock().now + delay < deadline else {
        return try await fail(delivery, reason, about: subject)
      }
      logger.info(
        "a webhook was not delivered and is tried again: \(reason)",
        metadata: subject.merging(["attempt": "\(delivery.attempts)"]) { $1 })
      _ = try await recorder.settle(delivery.lease) { queue throws(QueueError) in
        try await queue.retry(delivery.lease, after: delay, countsAttempt: true)
      }
    }
  }

  func complete(_ delivery: ClaimedJob) async throws {
    _ = try await recorder.settle(delivery.lease) { queue throws(QueueError) in
      try await queue.completeDelivery(delivery.lease)
    }
  }

  func fail(_ delivery: ClaimedJob, _ reason: String, about subject: Logger.Metadata) async throws {
    logger.warning("a webhook could not be delivered: \(reason)", metadata: subject)
    let failure = JobFailure(code: .undeliverable, message: "The callback could not be delivered: \(reason).")
    _ = try await recorder.settle(delivery.lease) { queue throws(QueueError) in
      try await queue.fail(delivery.lease, with: failure)
    }
  }
}
