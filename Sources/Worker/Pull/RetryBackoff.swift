/// How long a job waits between two attempts: exponential with full jitter, so that jobs which failed
/// together do not come back together
/// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
struct RetryBackoff: Sendable {
  /// The longest wait after the first attempt; doubles with every further one.
  var base = Duration.seconds(1)
  var cap = Duration.seconds(300)

  /// `chance` is uniform in 0..<1. A provider's own word on when it can be asked again is the least wait;
  /// the jitter is added to it.
  func delay(afterAttempt attempt: Int, retryAfter: Duration?, chance: Double) -> Duration {
    let ceiling = min(cap, base * Double(1 << min(max(attempt - 1, 0), 20)))
    let jittered = ceiling * chance
    guard let retryAfter else { return jittered }
    return retryAfter + min(jittered, .seconds(1))
  }
}
