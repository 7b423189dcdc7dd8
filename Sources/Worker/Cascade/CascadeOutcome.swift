import Shared

/// How a walk over a request's targets ended. Behind a reference, since it is large and handed from step to step.
indirect enum CascadeOutcome: Sendable, Hashable {
  /// An answer, or the statement that every content filter refused, which is never cached.
  case answered(JobResult, isCacheable: Bool)
  /// Waiting will not mend it.
  case failed(JobFailure)
  /// Waiting may mend it. `retryAfter` is the time until the first target can be asked again, nil when that is
  /// at once or unknown; `askedAny` is false when every target was skipped.
  case passing(message: String, retryAfter: Duration?, path: [CascadeStep], askedAny: Bool)
  /// The answer broke off after a piece of it had been told.
  case interrupted(String, path: [CascadeStep], ProviderError?)

  /// How soon a job is looked at again whose model leads nowhere here.
  static let unroutableWait = Duration.seconds(2)

  /// The API took the job, so its route was there: this worker has not read the changed configuration yet, or
  /// somebody took the route away and may put it back. It counts as an attempt, so it does not go on for ever.
  static func unroutable(_ error: RoutingError) -> CascadeOutcome {
    .passing(message: "\(error)", retryAfter: unroutableWait, path: [], askedAny: true)
  }

  /// What became of each target.
  var path: [CascadeStep] {
    switch self {
    case .answered(let result, _): result.cascadePath
    case .failed(let failure): failure.cascadePath
    case .passing(_, _, let path, _), .interrupted(_, let path, _): path
    }
  }

  /// Whether any provider was asked.
  var askedAny: Bool {
    if case .passing(_, _, _, let askedAny) = self { askedAny } else { true }
  }
}
