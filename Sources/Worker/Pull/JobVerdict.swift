import Shared

/// What becomes of a job after a cascade: decided without I/O. Behind a reference, as its outcome is.
indirect enum JobVerdict: Sendable {
  case complete(JobResult, isCacheable: Bool)
  case fail(JobFailure)
  case retry(after: Duration, countsAttempt: Bool)

  /// - Parameters:
  ///   - attempts: attempts so far, the present one included.
  ///   - timeLeft: the time until the job's deadline, now.
  ///   - mayBeginAnew: whether the client takes a second beginning of an answer that broke off.
  ///   - chance: uniform in 0..<1, for jitter; taken only for a job that is tried again.
  init(
    _ outcome: CascadeOutcome, attempts: Int, maxAttempts: Int, timeLeft: Duration,
    mayBeginAnew: Bool = false,
    backoff: RetryBackoff, chance: @autoclosure () -> Double
  ) {
    switch outcome {
    case .answered(let result, let isCacheable):
      self = .complete(result, isCacheable: isCacheable)
    case .failed(let failure):
      self = .fail(failure)
    case .interrupted(let message, let path, let error):
      guard mayBeginAnew else {
        self = .fail(
          JobFailure(
            code: .streamInterrupted,
            message: "The answer broke off after its first words had been sent: \(message)",
            cascadePath: path, providerError: error))
        return
      }
      let delay = backoff.delay(afterAttempt: attempts, retryAfter: nil, chance: chance())
      self = Self.again(
        after: delay, attempts < maxAttempts, attempts, timeLeft, message, path, countsAttempt: true)
    case .passing(let message, let retryAfter, let path, let askedAny):
      let delay = backoff.delay(afterAttempt: attempts, retryAfter: retryAfter, chance: chance())
      self = Self.again(
        after: delay, !askedAny || attempts < maxAttempts, attempts, timeLeft, message, path,
        countsAttempt: askedAny)
    }
  }

  /// Another attempt, unless attempts or time are used up.
  private static func again(
    after delay: Duration, _ mayTry: Bool, _ attempts: Int, _ timeLeft: Duration, _ message: String,
    _ path: [CascadeStep], countsAttempt: Bool
  ) -> JobVerdict {
    if !mayTry {
      return .fail(
        JobFailure(
          code: .attemptsExhausted,
          message: "No provider answered in \(attempts) attempts; the last time: \(message)",
          cascadePath: path))
    }
    if delay >= timeLeft {
      return .fail(
        JobFailure(
          code: .deadlineExceeded,
          message: "No provider answered before the job's deadline; the last time: \(message)",
          cascadePath: path))
    }
    return .retry(after: delay, countsAttempt: countsAttempt)
  }
}
