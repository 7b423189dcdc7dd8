import Shared

/// The series of one kind of call of a target, by OpenTelemetry's name for it.
struct OperationMetrics: Sendable {
  private let durations: Histogram
  private let inputTokens: Histogram
  private let outputTokens: Histogram

  init(_ operation: String, of target: Target, _ families: TargetFamilies) {
    let (provider, model) = (target.provider, target.model)
    durations = families.durations.series(operation, provider, model)
    inputTokens = families.usage.series(operation, provider, model, "input")
    outputTokens = families.usage.series(operation, provider, model, "output")
  }

  /// A call has ended. `usage` is what an answer used, `trace` the trace that an exemplar may name.
  func ended(after duration: Duration, _ usage: TokenUsage?, trace: String?) {
    durations.observe(duration, trace: trace)
    guard let usage, !usage.isZero else { return }
    inputTokens.observe(Double(usage.promptTokens), trace: trace)
    outputTokens.observe(Double(usage.completionTokens), trace: trace)
  }
}
