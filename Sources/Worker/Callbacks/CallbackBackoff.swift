/// How long a webhook waits between two attempts: doubling, with jitter on the upper half, so that a receiver
/// which comes back is not called by everyone at once, and yet no attempt comes much too early.
struct CallbackBackoff: Sendable {
  /// No wait is longer, whatever the receiver asks for: it has 24 h to come back, and should be found soon.
  static let longest = Duration.seconds(3600)

  /// The longest wait after the first attempt.
  var base = Duration.seconds(5)

  /// `attempt` counts from 1; `chance` is uniform in 0..<1. A receiver's own word on when it can be called
  /// again is the least wait.
  func delay(afterAttempt attempt: Int, retryAfter: Duration?, chance: Double) -> Duration {
    let ceiling = min(Self.longest, base * Double(1 << min(max(attempt - 1, 0), 20)))
    let jittered = ceiling * (0.5 + chance / 2)
    return max(jittered, min(retryAfter ?? .zero, Self.longest))
  }
}
