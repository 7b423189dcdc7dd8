import Shared

/// Why a target is not asked now.
struct CircuitRefusal: Sendable, Hashable {
  let cause: CircuitRecord.Cause
  /// For `cascade_path`, such as `circuit open: server error (500)`.
  let reason: String
  /// Until asking again makes sense.
  let wait: Duration

  static func open(_ pause: CircuitBreaker.Pause, at now: ContinuousClock.Instant) -> CircuitRefusal {
    CircuitRefusal(cause: pause.cause, reason: "circuit open: \(pause.reason)", wait: pause.until - now)
  }

  static func halfOpen(_ pause: CircuitBreaker.Pause) -> CircuitRefusal {
    CircuitRefusal(
      cause: pause.cause, reason: "circuit half-open, another job probes: \(pause.reason)",
      wait: CircuitBreaker.probeRecheck)
  }

  static func outOfQuota(for wait: Duration) -> CircuitRefusal {
    let seconds = (wait.wholeMilliseconds + 999) / 1000
    return CircuitRefusal(cause: .limited, reason: "quota used up, resets in \(seconds) s", wait: wait)
  }

  static func limited(_ pause: CircuitBreaker.Pause, at now: ContinuousClock.Instant) -> CircuitRefusal {
    let wait = pause.until - now
    let seconds = (wait.wholeMilliseconds + 999) / 1000
    return CircuitRefusal(
      cause: pause.cause, reason: "\(pause.reason), resets in \(seconds) s", wait: wait)
  }
}
