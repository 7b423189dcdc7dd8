import Shared

/// What becomes of a job after a cascade: decided without I/O.
enum JobVerdict: Sendable {
  case complete(JobResult, isCacheable: Bool)
  case fail(JobFailure)
  case retry(after: Duration, countsAttempt: Bool)

  /// - Parameters:
  ///   - attempts: attempts so far, the present one included.
  ///   - timeLeft: the time until the job's deadline, now.
  ///   - chance: uniform in 0..<1, for jitter.
  init(
    _ outcome: CascadeOutcome, attempts: Int, maxAttempts: Int, timeLeft: Duration, backoff: RetryBackoff,
    chance: Double
  ) {
    switch outcome {
    case .answered(let result, let isCacheable):
      self = .complete(result, isCacheable: isCacheable)
    case .failed(let failure):
      self = .fail(failure)
    case .passing(let message, let retryAfter, let path, let askedAny):
      if askedAny, attempts >= maxAttempts {
        self = .fail(
          JobFailure(
            code: .attemptsExhausted,
            message: "No provider answered in \(attempts) attempts; the last time: \(message)",
            cascadePath: path))
        return
      }
      let delay = backoff.delay(afterAttempt: attempts, retryAfter: retryAfter, chance: chance)
      if delay >= timeLeft {
        self = .fail(
          JobFailure(
            code: .deadlineExceeded,
            message: "No provider answered before the job's deadline; the last time: \(message)",
            cascadePath: path))
      } else {
        self = .retry(after: delay, countsAttempt: askedAny)
      }
    }
  }
}
