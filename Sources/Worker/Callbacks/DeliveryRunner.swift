import Logging
import Shared

/// Runs one claimed delivery to its next state: sends the webhook, and records how it went.
///
/// A class, since it is large and each job's task would have room for all of it.
final class DeliveryRunner: Sendable {
  private let queue: JobQueue
  private let sender: CallbackSender
  private let recorder: DeliveryRecorder
  private let notices: NoticeRunner
  private let tracer: SpanTracer?

  init(
    queue: JobQueue, sender: CallbackSender, recorder: OutcomeRecorder, tracer: SpanTracer? = nil,
    logger: Logger
  ) {
    self.queue = queue
    self.sender = sender
    self.tracer = tracer
    self.recorder = DeliveryRecorder(recorder: recorder, logger: logger)
    notices = NoticeRunner(queue: queue, sender: sender, recorder: self.recorder, logger: logger)
  }

  /// Throws when the lease is lost, the worker stops or Redis is away: the delivery is then left to its lease.
  func run(_ delivery: ClaimedJob) async throws {
    let deadline = ContinuousClock().now + delivery.timeLeft
    guard let job = delivery.deliveredJob else { return try await notices.run(delivery, by: deadline) }
    let subject: Logger.Metadata = ["job": "\(job)"]
    guard let content = try await queue.delivery(of: job) else {
      return try await recorder.fail(delivery, "the job that it should tell of is gone", about: subject)
    }
    let call = CallbackDelivery(url: content.url, job: JobResource(content.job))
    let span = DeliverySpan(of: delivery, call, tracer)
    let outcome = try await sender.send(call, in: span?.trace ?? delivery.trace?.context)
    span?.end(outcome)
    try await recorder.record(outcome, of: delivery, by: deadline, about: subject)
  }
}
