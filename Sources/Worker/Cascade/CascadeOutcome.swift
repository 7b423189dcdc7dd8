import Shared

/// How a cascade ended.
enum CascadeOutcome: Sendable {
  case answered(JobResult, isCacheable: Bool)
  /// Waiting will not help.
  case failed(JobFailure)
  /// Waiting may help. `retryAfter` is the time until a target can be asked again, nil when unknown;
  /// `askedAny` tells whether a provider was really called.
  case passing(message: String, retryAfter: Duration?, path: [CascadeStep], askedAny: Bool)
}
