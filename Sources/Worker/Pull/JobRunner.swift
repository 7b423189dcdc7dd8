import Logging
import Shared

/// Runs one claimed request to its next state: answer, verdict, one step of the queue.
struct JobRunner: Sendable {
  let cascades: CascadeSource
  /// Where tenants' own keys are looked up; nil where they bring none.
  let ownKeys: OwnKeyBook?
  let recorder: OutcomeRecorder
  let completions: PerEventLoop<StepBatcher<Completion, Settlement>>
  let held: HeldJobs
  let streams: StreamLoad
  let pace: PullPace
  let maxAttempts: Int
  let backoff: RetryBackoff
  /// Nil where no traces are exported.
  var tracer: SpanTracer?
  let log: JobLog
  let logger: Logger

  /// Throws only `CancellationError`, when the lease is lost or the worker stops: the job is then left alone.
  func run(_ job: ClaimedJob) async throws {
    guard let tracing = JobTracing.of(job, by: tracer) else { return try await work(on: job) }
    tracing.began()
    defer { tracing.isDone() }
    try await JobTracing.$current.withValue(tracing) { try await work(on: job, tracing) }
  }

  private func work(on job: ClaimedJob, _ tracing: JobTracing? = nil) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + job.timeLeft
    // Held until the end is recorded, which may take as long as Redis is away.
    let bytes = AnswerBytes(in: held, job: job.lease.id)
    let start = clock.now
    defer { bytes.release() }
    // How the work comes out, and how its answer is to be stored.
    let (report, form): (CascadeReport, StoredForm)
    var began: ContinuousClock.Instant?
    var model: String?
    do throws(StoredJobError) {
      let stored = try Self.request(of: job)
      model = stored.request.model
      let spend = SpendBound(
        job: job.lease.id, reservations: recorder.queue, isPricedOnly: stored.isPricedOnly)
      let found =
        job.streaming == nil
        ? await answer(stored, within: spend, deltas: nil, bytes)
        : await stream(stored, within: spend, job.lease, bytes, &began)
      (report, form) = (found, stored.form)
    } catch {
      let failure = JobFailure(code: .unreadable, message: "This worker cannot run the job: \(error).")
      (report, form) = (CascadeReport(.failed(failure)), .parts)
    }
    guard let outcome = report.outcome else {
      throw await giveUp(job, asked: model, report, since: start, tracing)
    }
    pace.note(askedAny: outcome.askedAny)
    let verdict = JobVerdict(
      outcome, attempts: job.attempts, maxAttempts: maxAttempts, timeLeft: deadline - clock.now,
      mayBeginAnew: job.streaming == .restart, backoff: backoff, chance: .random(in: 0..<1))
    let (settlement, account): (Settlement?, JobAccount?)
    do { (settlement, account) = try await record(verdict, form, job.lease, began, report.unused) } catch {
      throw await giveUp(job, asked: model, report.givenUp, since: start, tracing)
    }
    guard settlement == .recorded else { return }
    if let unused = report.unused { log.metrics.bought(unused, by: account?.tenant) }
    tracing?.ended(verdict, of: model)
    switch verdict {
    case .retry(let delay, let countsAttempt):
      log.metrics.putBack(isAsked: countsAttempt)
      logger.debug(
        "job is tried again in \(delay)",
        metadata: ["job": "\(job.lease.id)", "attempt": "\(job.attempts)"])
    case .complete, .fail:
      await log.ended(
        job, asked: model, with: verdict, account, after: report.unused, began: began, since: start,
        in: tracing?.traceID)
    }
  }

  private static func request(of job: ClaimedJob) throws(StoredJobError) -> StoredRequest {
    guard let stored = job.request else { throw .unreadable(what: "request", "it is gone") }
    return try StoredRequest(stored)
  }

  private func answer(
    _ stored: StoredRequest, within spend: SpendBound, deltas: (any DeltaSink)?, _ bytes: AnswerBytes
  ) async -> CascadeReport {
    guard let ownKeys else {
      return await cascades.current.walk(
        stored.request, in: stored.thread, deltas: deltas, counting: bytes, within: spend)
    }
    return await cascades.current.walk(
      stored.request, in: stored.thread, with: ownKeys, deltas: deltas, counting: bytes, within: spend)
  }

  /// What has become of a part of the work on a job that streams.
  private enum Part: Sendable {
    case told(Bool)
    case walked(CascadeReport)
  }

  /// How it came out, with the answer written to the job's events while it comes, and when that began.
  private func stream(
    _ stored: StoredRequest, within spend: SpendBound, _ lease: Lease, _ bytes: AnswerBytes,
    _ began: inout ContinuousClock.Instant?
  ) async -> CascadeReport {
    let writer = DeltaWriter(lease: lease, as: stored.form, recorder: recorder, load: streams)
    defer { began = writer.began }
    return await withTaskGroup(of: Part.self) { group in
      group.addTask {
        do { try await writer.run() } catch { return .told(false) }
        return .told(true)
      }
      group.addTask {
        defer { writer.finish() }
        return .walked(await answer(stored, within: spend, deltas: writer, bytes))
      }
      var (report, isTold) = (CascadeReport(nil), true)
      for await part in group {
        switch part {
        case .walked(let walked): report = walked
        case .told(true): break
        case .told(false):
          // A lease that is lost ends the writer, and with it the call.
          isTold = false
          group.cancelAll()
        }
      }
      return isTold ? report : report.givenUp
    }
  }

  private func record(
    _ verdict: JobVerdict, _ form: StoredForm, _ lease: Lease, _ began: ContinuousClock.Instant?,
    _ unused: Purchase?
  ) async throws -> (Settlement?, JobAccount?) {
    switch verdict {
    case .complete(let result, let isCacheable):
      let completion = Completion(
        of: lease, with: result, as: form, isCacheable: isCacheable, offer: held.offerForNext,
        sinceFirstToken: began.map { .now - $0 })
      let settlement = try await recorder.settle(lease) { [completions] _ throws(QueueError) in
        try await completions.current.perform(completion)
      }
      return (settlement, completion.account)
    case .fail(let failure):
      let slot = JobAccountSlot()
      let settlement = try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.fail(lease, with: failure, after: unused, telling: slot)
      }
      return (settlement, slot.account)
    case .retry(let delay, let countsAttempt):
      let slot = JobAccountSlot()
      let settlement = try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.retry(
          lease, after: delay, countsAttempt: countsAttempt, bought: unused, telling: slot)
      }
      return (settlement, slot.account)
    }
  }
}
