import Logging
import Shared

/// Tells of limits and budgets: says it in the log, queues a call for each webhook of the tenant that wants it, and calls.
struct NoticeRunner: Sendable {
  let queue: JobQueue
  let sender: CallbackSender
  let recorder: DeliveryRecorder
  let logger: Logger

  /// Throws when the lease is lost, the worker stops or Redis is away: the job is then left to its lease.
  func run(_ job: ClaimedJob, by deadline: ContinuousClock.Instant) async throws {
    switch job.request.flatMap(NoticeTask.init) {
    case .tell(let notice)?: try await tell(notice, job)
    case .call(let call)?: try await make(call, job, by: deadline)
    case .tellOfResponse(let notice)?: try await responses.tell(notice, job, by: deadline)
    case .callOfResponse(let call)?: try await responses.make(call, job, by: deadline)
    case nil: try await recorder.fail(job, "what it should tell is gone", about: ["job": "\(job.lease.id)"])
    }
  }

  private func tell(_ notice: Notice, _ job: ClaimedJob) async throws {
    let notice = try await queue.dated(notice)
    let webhooks = try await queue.webhooks(of: notice.tenant)
    let calls = Self.urls(in: webhooks, wanting: notice.kind.event).map {
      NoticeCall(url: $0, notice: notice)
    }
    // Before it is recorded: a worker that is lost in between says it twice rather than never.
    report(notice)
    _ = try await recorder.recorder.settle(job.lease) { queue throws(QueueError) in
      try await queue.notify(job.lease, calls)
    }
  }

  private func make(_ call: NoticeCall, _ job: ClaimedJob, by deadline: ContinuousClock.Instant) async throws
  {
    let subject = Self.metadata(of: call.notice)
    // One that its tenant has taken back is not called any more.
    let webhooks = try await queue.webhooks(of: call.notice.tenant)
    guard webhooks.contains(where: { $0.url == call.url }) else {
      logger.info("a webhook is none of the tenant's any more and is not called", metadata: subject)
      return try await recorder.complete(job)
    }
    let event = NoticeEvent(notice: call.notice)
    let outcome = try await sender.send(to: call.url, id: event.id, event.json)
    try await recorder.record(outcome, of: job, by: deadline, about: subject)
  }

  /// Each once, whatever the tenant has written.
  private static func urls(in webhooks: [Tenant.Webhook], wanting event: String) -> [String] {
    var urls: [String] = []
    for webhook in webhooks where webhook.events?.contains(event) ?? true {
      if !urls.contains(webhook.url) { urls.append(webhook.url) }
    }
    return urls
  }

  private var responses: ResponseNoticeRunner {
    ResponseNoticeRunner(queue: queue, sender: sender, recorder: recorder, logger: logger)
  }

  // MARK: - The log

  private func report(_ notice: Notice) {
    let isGrave = notice.kind != .spent || notice.percent >= 100
    logger.log(level: isGrave ? .warning : .notice, "\(notice.sentence)", metadata: Self.metadata(of: notice))
  }

  /// The subject names a user by a digest.
  private static func metadata(of notice: Notice) -> Logger.Metadata {
    [
      "notice": "\(notice.id)", "event": "\(notice.kind.event)", "tenant": "\(notice.tenant)",
      "subject": "\(notice.subject)",
    ]
  }
}
