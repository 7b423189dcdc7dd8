import Logging
import Shared

/// Runs one claimed job to its next state: cascade, verdict, one step of the queue.
struct JobRunner: Sendable {
  let queue: JobQueue
  let cascade: Cascade
  let pace: PullPace
  let maxAttempts: Int
  let backoff: RetryBackoff
  let logger: Logger

  /// Throws only `CancellationError`, when the lease is lost or the worker stops: the job is then left alone.
  func run(_ job: ClaimedJob) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + job.timeLeft
    let outcome = try await outcome(of: job)
    pace.note(askedAny: outcome.askedAny)
    let verdict = JobVerdict(
      outcome, attempts: job.attempts, maxAttempts: maxAttempts, timeLeft: deadline - clock.now,
      backoff: backoff, chance: .random(in: 0..<1))
    try await settle(job, verdict)
  }

  private func outcome(of job: ClaimedJob) async throws -> CascadeOutcome {
    do {
      guard let stored = job.request else {
        throw StoredJobError.unreadable(what: "request", "it is gone")
      }
      return try await cascade.answer(JobRequest(stored: stored))
    } catch let error as StoredJobError {
      return .failed(JobFailure(code: .unreadable, message: "This worker cannot run the job: \(error)."))
    }
  }

  /// An answer has been paid for, so recording it is tried for as long as the lease may still hold. What Redis
  /// refuses for good is given up, or it would hold a slot for ever; the job's lease then runs out.
  private func settle(_ job: ClaimedJob, _ verdict: JobVerdict) async throws {
    var pause = Duration.milliseconds(50)
    var refusals = 0
    while true {
      do {
        report(job, verdict, try await record(job.lease, verdict))
        return
      } catch {
        if error.isRefusal { refusals += 1 }
        guard refusals < Self.mostRefusals else {
          logger.error(
            "Redis refuses to record a job's outcome: \(error)", metadata: ["job": "\(job.lease.id)"])
          return
        }
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(1))
    }
  }

  private static let mostRefusals = 20

  private func record(_ lease: Lease, _ verdict: JobVerdict) async throws(QueueError) -> Settlement {
    switch verdict {
    case .complete(let result, let isCacheable):
      try await queue.complete(lease, with: result, isCacheable: isCacheable)
    case .fail(let failure):
      try await queue.fail(lease, with: failure)
    case .retry(let delay, let countsAttempt):
      try await queue.retry(lease, after: delay, countsAttempt: countsAttempt)
    }
  }

  private func report(_ job: ClaimedJob, _ verdict: JobVerdict, _ settlement: Settlement) {
    let metadata: Logger.Metadata = ["job": "\(job.lease.id)", "attempt": "\(job.attempts)"]
    switch (settlement, verdict) {
    case (.stale, _):
      logger.notice("a job was settled by another worker; this one's outcome was refused", metadata: metadata)
    case (.recorded, .complete):
      logger.debug("job succeeded", metadata: metadata)
    case (.recorded, .fail(let failure)):
      logger.info("job failed: \(failure.message)", metadata: metadata)
    case (.recorded, .retry(let delay, _)):
      logger.debug("job is tried again in \(delay)", metadata: metadata)
    }
  }
}
