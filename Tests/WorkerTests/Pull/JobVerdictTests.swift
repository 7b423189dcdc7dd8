import Shared
import Testing

@testable import Worker

@Suite("What becomes of a job after its cascade")
struct JobVerdictTests {
  private func verdict(
    _ outcome: CascadeOutcome, attempts: Int = 1, timeLeft: Duration = .seconds(3600), chance: Double = 0.5
  ) -> JobVerdict {
    JobVerdict(
      outcome, attempts: attempts, maxAttempts: 3, timeLeft: timeLeft, backoff: RetryBackoff(), chance: chance
    )
  }

  private func passing(retryAfter: Duration? = nil, askedAny: Bool = true) -> CascadeOutcome {
    .passing(message: "all down", retryAfter: retryAfter, path: [], askedAny: askedAny)
  }

  @Test("passing faults are tried again after a while")
  func retries() {
    guard case .retry(let delay, countsAttempt: true) = verdict(passing()) else {
      Issue.record("the job should be retried")
      return
    }
    #expect(delay == .milliseconds(500))
  }

  @Test("the last attempt fails the job")
  func lastAttempt() {
    guard case .fail(let failure) = verdict(passing(), attempts: 3) else {
      Issue.record("the job should fail")
      return
    }
    #expect(failure.code == .attemptsExhausted)
    #expect(failure.message.contains("all down"))
  }

  @Test("an attempt that asked nobody is not counted, however many there were")
  func unaskedAttempt() {
    guard case .retry(_, countsAttempt: false) = verdict(passing(askedAny: false), attempts: 99) else {
      Issue.record("the job should wait for a provider")
      return
    }
  }

  @Test("a retry that would come after the deadline fails the job at once")
  func deadline() {
    guard case .fail(let failure) = verdict(passing(retryAfter: .seconds(60)), timeLeft: .seconds(30)) else {
      Issue.record("the job should fail")
      return
    }
    #expect(failure.code == .deadlineExceeded)
  }

  @Test("a provider's word on when to come back is the least wait")
  func retryAfter() {
    let delay = RetryBackoff().delay(afterAttempt: 1, retryAfter: .seconds(30), chance: 0)
    #expect(delay == .seconds(30))
  }

  @Test("waits double up to their cap and are spread over their whole length")
  func backoff() {
    let backoff = RetryBackoff()
    #expect(backoff.delay(afterAttempt: 3, retryAfter: nil, chance: 0.5) == .seconds(2))
    #expect(backoff.delay(afterAttempt: 60, retryAfter: nil, chance: 0.999) < .seconds(300))
    #expect(backoff.delay(afterAttempt: 60, retryAfter: nil, chance: 0) == .zero)
  }
}
