import Logging
import Shared

/// Tells a tenant's webhooks of responses that have ended: queues a call for each that asks for such an event, and calls.
struct ResponseNoticeRunner: Sendable {
  let queue: JobQueue
  let sender: CallbackSender
  let recorder: DeliveryRecorder
  let logger: Logger

  /// Throws when the lease is lost, the worker stops or Redis is away: the job is then left to its lease.
  func tell(
    _ notice: ResponseNotice, _ job: ClaimedJob, by deadline: ContinuousClock.Instant
  ) async throws {
    let response = try await queue.response(notice.job, tenant: notice.tenant)
    guard let end = response?.end else {
      // Of one that was deleted nobody is told, and one that was requeued is told of when it ends again.
      guard let response, response.isEndUnacknowledged else { return try await recorder.complete(job) }
      let outcome = CallbackOutcome.failed(reason: "too few replicas have the end of its response so far")
      return try await recorder.record(outcome, of: job, by: deadline, about: ["job": "\(notice.job)"])
    }
    let webhooks = try await queue.webhooks(of: notice.tenant)
    let urls = webhooks.filter { Self.wants(end, $0) }.map(\.url)
    let calls = Set(urls).sorted().map { ResponseCall(url: $0, notice: notice, end: end) }
    _ = try await recorder.recorder.settle(job.lease) { queue throws(QueueError) in
      try await queue.notify(job.lease, ofResponse: calls)
    }
  }

  func make(
    _ call: ResponseCall, _ job: ClaimedJob, by deadline: ContinuousClock.Instant
  ) async throws {
    let subject: Logger.Metadata = ["job": "\(call.notice.job)", "event": "\(call.end.event)"]
    // One that its tenant has taken back is not called any more.
    let webhooks = try await queue.webhooks(of: call.notice.tenant)
    guard webhooks.contains(where: { $0.url == call.url && Self.wants(call.end, $0) }) else {
      logger.info("a webhook is none of the tenant's any more and is not called", metadata: subject)
      return try await recorder.complete(job)
    }
    let event = ResponseEvent(notice: call.notice, end: call.end)
    let outcome = try await sender.send(to: call.url, id: event.id, event.json)
    try await recorder.record(outcome, of: job, by: deadline, about: subject)
  }

  /// Whoever names no events wants those of limits and budgets.
  private static func wants(_ end: ResponseNotice.End, _ webhook: Tenant.Webhook) -> Bool {
    webhook.events?.contains(end.event) ?? false
  }
}
