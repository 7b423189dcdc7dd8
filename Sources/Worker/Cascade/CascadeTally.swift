import Shared

/// Counts what became of a cascade's targets and, when none answered, says what that means. No I/O.
struct CascadeTally: Sendable {
  private(set) var path: [CascadeStep] = []
  private var refusals: [String] = []
  private var keysRefused = 0
  private var filtered: [Target] = []
  private var passing = 0
  private var askedAny = false
  private var soonest: Duration?

  mutating func add(_ fault: ProviderFault, of target: Target, latency: Duration) {
    askedAny = true
    append(target, .failed, fault.reason, latency)
    switch fault.kind {
    case .requestRefused(let message): refusals.append(message)
    case .keyRefused: keysRefused += 1
    case .contentFiltered: filtered.append(target)
    case .failing: passing += 1
    case .limited(let retryAfter):
      passing += 1
      note(retryAfter)
    }
  }

  mutating func addSkipped(
    _ target: Target, cause: CircuitRecord.Cause, reason: String, remaining: Duration
  ) {
    let seconds = (remaining.wholeMilliseconds + 999) / 1000
    switch cause {
    case .keyRefused:
      keysRefused += 1
      append(target, .skipped, "\(reason); not asked for \(seconds) s", .zero)
    case .faults:
      passing += 1
      note(remaining)
      append(target, .skipped, "circuit open: \(reason)", .zero)
    case .limited:
      passing += 1
      note(remaining)
      append(target, .skipped, "\(reason), resets in \(seconds) s", .zero)
    }
  }

  mutating func addSuccess(of target: Target, latency: Duration) {
    append(target, .success, nil, latency)
  }

  private mutating func append(
    _ target: Target, _ status: CascadeStep.Status, _ reason: String?, _ latency: Duration
  ) {
    path.append(
      CascadeStep(
        provider: target.provider, model: target.model, status: status, reason: reason, latency: latency))
  }

  private mutating func note(_ delay: Duration) { soonest = min(soonest ?? delay, delay) }

  /// What a cascade without an answer means. `latency` is that of all attempts together.
  func outcome(latency: Duration) -> CascadeOutcome {
    if passing > 0 {
      return .passing(message: summary, retryAfter: soonest, path: path, askedAny: askedAny)
    }
    if let target = filtered.first {
      return .answered(refusal(by: target, latency), isCacheable: false)
    }
    let message =
      if let refusal = refusals.first, keysRefused == 0 {
        refusal
      } else {
        "Every provider refused: \(summary). The operator should check the providers' keys and credit."
      }
    return .failed(JobFailure(code: .allProvidersFailed, message: message, cascadePath: path))
  }

  private var summary: String {
    path.map { "\($0.provider): \($0.reason ?? "")" }.joined(separator: "; ")
  }

  private func refusal(by target: Target, _ latency: Duration) -> JobResult {
    JobResult(
      response: "", provider: target.provider, model: target.model, finishReason: .contentFilter,
      error: "Every provider's content filter refused this request; change the prompt.", usage: .zero,
      cost: .zero, latency: latency, cascadePath: path)
  }
}
