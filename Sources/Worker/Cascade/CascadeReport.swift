import Shared

/// How a walk over a request's targets ended, and what it has bought that no answer tells of.
struct CascadeReport: Sendable, Hashable {
  /// Nil when the walk was given up: its task was cancelled.
  let outcome: CascadeOutcome?
  /// Of a walk without an answer. What an answer cost stands in its result, whatever was bought beside it.
  let unused: Purchase?
  /// Of a walk that was given up: how many calls it had made.
  let calls: Int

  init(_ outcome: CascadeOutcome?, unused: Purchase? = nil, calls: Int = 0) {
    self.outcome = outcome
    self.unused = unused
    self.calls = calls
  }

  /// The same of a job that nobody wants any more.
  var givenUp: CascadeReport {
    let calls = outcome?.path.calls ?? calls
    if case .answered(let result, _) = outcome {
      return CascadeReport(nil, unused: Purchase(result), calls: calls)
    }
    return CascadeReport(nil, unused: unused, calls: calls)
  }
}

extension Purchase {
  /// An answer that was bought and that nobody gets.
  init(_ result: JobResult) {
    let usage = result.usedInAll
    self.init(
      provider: result.provider + (result.providerKey.map { "#\($0)" } ?? ""), model: result.model,
      promptTokens: usage.promptTokens, completionTokens: usage.completionTokens, cost: result.cost,
      isUnpriced: result.isUnpriced)
  }
}
