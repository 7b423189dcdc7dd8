import Shared
import Synchronization

/// One target's series, looked up once for all of a call.
final class TargetMetrics: Sendable {
  /// How a call of a provider has ended.
  enum Outcome: String, Sendable, CaseIterable {
    case success
    /// Nothing at all was said.
    case empty
    /// Its content filter withheld something, or refused.
    case filtered
    case limited
    /// Errors, time-outs, broken connections, answers that nobody can read.
    case failed
    /// It answered with more than the worker takes in.
    case tooLarge = "too_large"
    case requestRefused = "request_refused"
    case keyRefused = "key_refused"
    /// It was given up: another target was faster, the job was cancelled, or the worker stops.
    case aborted
  }

  /// The kinds of tokens that are counted.
  private struct Kinds {
    let input, output, cached, cacheWrite, reasoning: Counter
  }

  private let name: Target
  private let outcomes: [Outcome: Counter]
  private let chats: OperationMetrics
  /// By their names, once there is such a call.
  private let others = Mutex<[String: OperationMetrics]>([:])
  private let families: TargetFamilies
  private let firstPieces: Mutex<Histogram?>
  private let kinds: Kinds
  private let cost: Counter
  private let stated = Mutex<[StatedQuota]>([])

  init(_ name: Target, _ families: TargetFamilies) {
    self.name = name
    self.families = families
    let (provider, model) = (name.provider, name.model)
    outcomes = Dictionary(
      uniqueKeysWithValues: Outcome.allCases.map {
        ($0, families.attempts.series(provider, model, $0.rawValue))
      })
    chats = OperationMetrics("chat", of: name, families)
    firstPieces = Mutex(nil)
    func tokens(_ kind: String) -> Counter { families.tokens.series(kind, provider, model) }
    kinds = Kinds(
      input: tokens("input"), output: tokens("output"), cached: tokens("cached"),
      cacheWrite: tokens("cache_write"), reasoning: tokens("reasoning"))
    cost = families.cost.series(provider, model)
  }

  /// A call has ended. `usage` is what an answer used.
  func ended(_ outcome: Outcome, of request: JobRequest, after duration: Duration, _ usage: TokenUsage?) {
    outcomes[outcome]?.add()
    let trace = JobTracing.current?.recordedTrace
    guard case .chat = request else {
      return metrics(of: request.operation).ended(after: duration, usage, trace: trace)
    }
    chats.ended(after: duration, usage, trace: trace)
  }

  private func metrics(of operation: String) -> OperationMetrics {
    others.withLock { known in
      if let metrics = known[operation] { return metrics }
      let new = OperationMetrics(operation, of: name, families)
      known[operation] = new
      return new
    }
  }

  /// The first piece of a streamed answer has come.
  func began(after duration: Duration, trace: String?) {
    firstPieces.withLock { known in
      let series = known ?? families.firstPieces.series(name.provider, name.model)
      known = series
      return series
    }.observe(duration, trace: trace)
  }

  /// An answer has been recorded.
  func used(_ usage: TokenUsage, cost: NanoDollars) {
    kinds.input.add(usage.promptTokens)
    kinds.output.add(usage.completionTokens)
    if usage.cachedTokens > 0 { kinds.cached.add(usage.cachedTokens) }
    let written = usage.cacheWriteTokens + usage.cacheWrite1hTokens
    if written > 0 { kinds.cacheWrite.add(written) }
    if usage.reasoningTokens > 0 { kinds.reasoning.add(usage.reasoningTokens) }
    self.cost.add(Int(cost.rawValue))
  }

  /// What a response said is left of the provider's limits.
  func left(_ quotas: [StatedQuota]) {
    if !quotas.isEmpty { stated.withLock { $0 = quotas } }
  }

  /// For ``Metrics/quotaLeft``.
  var quotaLeft: [(labels: [String], number: MetricNumber)] {
    stated.withLock { stated in
      stated.map { (labels: [name.provider, name.model, $0.kind.rawValue], number: .integer($0.left)) }
    }
  }
}

extension TargetMetrics.Outcome {
  init(_ fault: ProviderFault) {
    self =
      switch fault.kind {
      case .requestRefused: .requestRefused
      case .keyRefused: .keyRefused
      case .limited: .limited
      case .failing: .failed
      case .tooLarge: .tooLarge
      case .contentFiltered: .filtered
      }
  }
}
