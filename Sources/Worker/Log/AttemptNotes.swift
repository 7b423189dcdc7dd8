import Shared

/// Takes note of every call to a provider: metrics, and a line at level `debug`.
struct AttemptNotes: Sendable {
  /// Nil where nobody asks, as in tests.
  var metrics: WorkerMetrics?
  var access = AccessLog.off()

  /// A call has ended. `answer` is nil for a fault, `key` where its provider has but one.
  func ended(
    _ outcome: TargetMetrics.Outcome, of target: Target, asked request: JobRequest, by job: JobID?,
    after duration: Duration, answer: ProviderAnswer? = nil, reason: String? = nil, key: KeyPlace?
  ) {
    metrics?.series(of: target).ended(outcome, of: request, after: duration, answer?.answer.usage)
    guard access.hasAttempts else { return }
    let words: LogWords = "\(target.description): \(outcome.rawValue) after \(duration.wholeMilliseconds) ms"
    access.write("attempt", words: words, level: .debug) { line in
      line.member("job", job?.rawValue)
      line.member("model", request.model)
      line.member("target", target.description)
      line.member("provider_key", key.map { "\($0)" })
      line.member("outcome", outcome.rawValue)
      line.member("reason", reason)
      if let usage = answer?.answer.usage, !usage.isZero { line.add(usage) }
      line.member("total_ms", duration.wholeMilliseconds)
      line.member("finish_reason", answer?.answer.finishReason?.rawValue)
    }
  }
}

extension StructuredLine {
  /// Adds the tokens that were used, those that are parts of others where there are any.
  mutating func add(_ usage: TokenUsage) {
    member("tokens_in", usage.promptTokens)
    if usage.cachedTokens > 0 { member("tokens_cached", usage.cachedTokens) }
    member("tokens_out", usage.completionTokens)
    if usage.reasoningTokens > 0 { member("tokens_reasoning", usage.reasoningTokens) }
  }
}
