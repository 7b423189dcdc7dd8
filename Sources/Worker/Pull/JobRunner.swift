import Logging
import Shared

/// Runs one claimed request to its next state: answer, verdict, one step of the queue.
struct JobRunner: Sendable {
  /// What answers a job's request: the cascade in force. Where there is a sink, the answer is told there while it comes.
  let answer:
    @Sendable (JobID, JobRequest, (any DeltaSink)?, AnswerBytes) async throws(CancellationError)
      -> CascadeOutcome
  let recorder: OutcomeRecorder
  let completions: PerEventLoop<StepBatcher<Completion, Settlement>>
  let held: HeldJobs
  let streams: StreamLoad
  let pace: PullPace
  let maxAttempts: Int
  let backoff: RetryBackoff
  let logger: Logger

  /// Throws only `CancellationError`, when the lease is lost or the worker stops: the job is then left alone.
  func run(_ job: ClaimedJob) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + job.timeLeft
    // Held until the end is recorded, which may take as long as Redis is away.
    let bytes = AnswerBytes(in: held)
    defer { bytes.release() }
    let (outcome, form) = try await outcome(of: job, bytes)
    pace.note(askedAny: outcome.askedAny)
    let verdict = JobVerdict(
      outcome, attempts: job.attempts, maxAttempts: maxAttempts, timeLeft: deadline - clock.now,
      mayBeginAnew: job.streaming == .restart, backoff: backoff, chance: .random(in: 0..<1))
    let settlement = try await record(verdict, form, job.lease)
    if settlement == .recorded { report(job, verdict) }
  }

  /// How the work came out, and how its answer is to be stored.
  private func outcome(
    of job: ClaimedJob, _ bytes: AnswerBytes
  ) async throws -> (CascadeOutcome, StoredForm) {
    do {
      guard let stored = job.request else {
        throw StoredJobError.unreadable(what: "request", "it is gone")
      }
      let (request, form) = try JobRequest.read(stored)
      guard job.streaming != nil else { return (try await answer(job.lease.id, request, nil, bytes), form) }
      return (try await stream(request, form, job.lease, bytes), form)
    } catch let error as StoredJobError {
      let failure = JobFailure(code: .unreadable, message: "This worker cannot run the job: \(error).")
      return (.failed(failure), .parts)
    }
  }

  /// The outcome, with the answer written to the job's events while it comes.
  private func stream(
    _ request: JobRequest, _ form: StoredForm, _ lease: Lease, _ bytes: AnswerBytes
  ) async throws -> CascadeOutcome {
    let writer = DeltaWriter(lease: lease, as: form, recorder: recorder, load: streams)
    return try await withThrowingTaskGroup(of: CascadeOutcome?.self) { group in
      group.addTask {
        try await writer.run()
        return nil
      }
      group.addTask {
        defer { writer.finish() }
        return try await answer(lease.id, request, writer, bytes)
      }
      var outcome: CascadeOutcome?
      // A lease that is lost ends the writer, and with it the call.
      for try await part in group { outcome = part ?? outcome }
      guard let outcome else { throw CancellationError() }
      return outcome
    }
  }

  private func record(
    _ verdict: JobVerdict, _ form: StoredForm, _ lease: Lease
  ) async throws -> Settlement? {
    switch verdict {
    case .complete(let result, let isCacheable):
      let completion = Completion(
        of: lease, with: result, as: form, isCacheable: isCacheable, offer: held.offerForNext)
      return try await recorder.settle(lease) { _ throws(QueueError) in
        try await completions.current.perform(completion)
      }
    case .fail(let failure):
      return try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.fail(lease, with: failure)
      }
    case .retry(let delay, let countsAttempt):
      return try await recorder.settle(lease) { queue throws(QueueError) in
        try await queue.retry(lease, after: delay, countsAttempt: countsAttempt)
      }
    }
  }

  private func report(_ job: ClaimedJob, _ verdict: JobVerdict) {
    // Made only for what is logged.
    var metadata: Logger.Metadata { ["job": "\(job.lease.id)", "attempt": "\(job.attempts)"] }
    switch verdict {
    case .complete: logger.debug("job succeeded", metadata: metadata)
    case .fail(let failure): logger.info("job failed: \(failure.summary)", metadata: metadata)
    case .retry(let delay, _): logger.debug("job is tried again in \(delay)", metadata: metadata)
    }
  }
}
