import Shared

/// What a cascade has found so far, and what follows from it. No I/O: turns in, outcome out.
struct CascadeProgress: Sendable {
  private let prices: PriceTable
  private let start = ContinuousClock.now
  private var path: [CascadeStep] = []
  private var decision = CascadeDecision()
  /// The turn after which no other target is asked.
  private var last: TargetTurn?

  init(prices: PriceTable) { self.prices = prices }

  var isDecided: Bool { last != nil }

  mutating func add(_ turn: TargetTurn) {
    path += turn.steps
    if turn.isLast { last = turn }
    if case .passed(let finding) = turn.ending { decision.add(finding) }
  }

  var outcome: CascadeOutcome {
    guard let last else { return outcome(of: decision.verdict) }
    switch last.ending {
    case .answered(let answer):
      return .answered(
        result(of: answer, last.target), isCacheable: answer.finishReason != .contentFilter)
    case .interrupted(let fault):
      return .interrupted("\(last.target): \(fault.reason)", path: path)
    case .passed, .aborted:
      return outcome(of: decision.verdict)
    }
  }

  private func result(of answer: ProviderAnswer, _ target: Target) -> JobResult {
    var result = JobResult(
      response: answer.text, provider: target.provider, model: target.model,
      finishReason: answer.finishReason, usage: answer.usage, cost: cost(of: answer.usage, target),
      latency: ContinuousClock.now - start, cascadePath: path)
    result.message = answer.message
    result.logprobs = answer.logprobs
    result.embeddings = answer.embeddings
    return result
  }

  /// Targets that were overtaken have read the prompt, too. What else they did nobody says.
  private func cost(of usage: TokenUsage, _ target: Target) -> NanoDollars {
    let prompt = TokenUsage(promptTokens: usage.promptTokens, completionTokens: 0)
    return path.filter { $0.status == .aborted }
      .map { prices.cost(of: prompt, at: Target(provider: $0.provider, model: $0.model)) }
      .reduce(prices.cost(of: usage, at: target), +)
  }

  private func outcome(of verdict: CascadeDecision.Verdict) -> CascadeOutcome {
    switch verdict {
    case .filtered(let target):
      let result = JobResult(
        response: "", provider: target.provider, model: target.model, finishReason: .contentFilter,
        error: "The content filter of every provider that could answer refused this request; rephrase it.",
        usage: .zero, cost: .zero, latency: ContinuousClock.now - start, cascadePath: path)
      return .answered(result, isCacheable: false)
    case .refused(let message):
      return .failed(JobFailure(code: .requestRefused, message: message, cascadePath: path))
    case .failed(let message):
      return .failed(JobFailure(code: .allProvidersFailed, message: message, cascadePath: path))
    case .passing(let message, let retryAfter, let askedAny):
      return .passing(message: message, retryAfter: retryAfter, path: path, askedAny: askedAny)
    }
  }
}
