import Shared

/// What a cascade has found so far, and what follows from it. No I/O: turns in, outcome out.
struct CascadeProgress: Sendable {
  private let prices: PriceTable
  private let start = ContinuousClock.now
  private var path: [CascadeStep] = []
  private var decision = CascadeDecision()
  /// The turn after which no other target is asked.
  private var last: TargetTurn?
  /// Whose content filter withheld something.
  private var filtered: [TargetTurn] = []
  /// The first that answered with nothing at all.
  private var empty: TargetTurn?
  /// What each answer used that was bought, whether or not it stands.
  private var bought: [(usage: TokenUsage, target: Target)] = []

  init(prices: PriceTable) { self.prices = prices }

  var isDecided: Bool { last != nil }

  mutating func add(_ turn: TargetTurn) {
    path += turn.steps
    for usage in turn.unfinished { bought.append((usage, turn.target)) }
    switch turn.ending {
    case .answered(let answer): note(answer, of: turn.target)
    case .filtered(let answer):
      note(answer, of: turn.target)
      filtered.append(turn)
    case .empty(let answer):
      note(answer, of: turn.target)
      // Once: nothing from two targets is the answer, unless another one that was asked beside them has said something.
      if let empty { last = last ?? empty } else { empty = turn }
    case .passed(let finding):
      for earlier in turn.earlier { decision.add(earlier.finding, of: earlier.key) }
      decision.add(finding, of: turn.key)
    case .outsized, .interrupted, .aborted: break
    }
    if turn.isLast { last = turn }
  }

  private mutating func note(_ answer: ProviderAnswer, of target: Target) {
    bought.append((answer.answer.usage, target))
  }

  /// What was bought, of a walk without an answer; nil for nothing.
  var purchase: Purchase? {
    guard let last = bought.last else { return nil }
    let usage = bought.reduce(.zero) { $0 + $1.usage }
    return Purchase(
      provider: last.target.provider, model: last.target.model, promptTokens: usage.promptTokens,
      completionTokens: usage.completionTokens,
      cost: bought.reduce(.zero) { $0 + price(of: $1.usage, $1.target) }, isUnpriced: hasUnknownPrice)
  }

  /// How many calls were made.
  var calls: Int { path.calls }

  private var hasUnknownPrice: Bool {
    bought.contains { $0.usage.toldCost == nil && prices[$0.target] == nil }
  }

  var outcome: CascadeOutcome {
    // What was bought is not bought again: it stands where no target did better.
    guard let turn = final else { return outcome(of: decision.verdict) }
    switch turn.ending {
    case .answered(let answer), .empty(let answer), .filtered(let answer):
      let isFiltered = answer.answer.finishReason == .contentFilter
      let result = result(of: answer, turn, isFiltered: isFiltered)
      return .answered(
        result, isCacheable: !isFiltered && (answer.embeddings != nil || !answer.answer.isEmpty))
    case .outsized(let fault): return .failed(tooLarge(fault, turn.target))
    // A second beginning would be as long.
    case .interrupted(let fault) where fault.kind == .tooLarge: return .failed(tooLarge(fault, turn.target))
    case .interrupted(let fault):
      return .interrupted("\(turn.target): \(fault.told())", path: path, fault.error)
    case .passed, .aborted:
      return outcome(of: decision.verdict)
    }
  }

  /// The turn that the walk's outcome is of; nil where no target has answered.
  private var final: TargetTurn? {
    if case .outsized? = last?.ending { standing ?? last } else { last ?? standing }
  }

  private func tooLarge(_ fault: ProviderFault, _ target: Target) -> JobFailure {
    JobFailure(
      code: .answerTooLarge,
      message: "\(target) answered with more than is taken in: \(fault.reason). Nobody else was asked; "
        + "ask for a shorter answer, or let the operator raise that setting.",
      cascadePath: path)
  }

  /// Of answers that were withheld the first that has a text, else one with nothing at all, else the first withheld.
  private var standing: TargetTurn? {
    filtered.first { turn in
      if case .filtered(let answer) = turn.ending { !answer.answer.isEmpty } else { false }
    } ?? empty ?? filtered.first
  }

  private func result(of answer: ProviderAnswer, _ turn: TargetTurn, isFiltered: Bool) -> JobResult {
    var result = JobResult(
      answer: answer.answer, provider: turn.target.provider, model: turn.target.model,
      error: isFiltered ? Self.filteredSentence : nil, cost: price(of: answer.answer.usage, turn.target),
      latency: ContinuousClock.now - start,
      cascadePath: path(standing: turn))
    result.embeddings = answer.embeddings
    result.dropped = turn.dropped
    if paysSeveral {
      result.payments = payments
      result.cost = payments.reduce(.zero) { $0 + $1.cost }
      result.usedBySeveral = payments.reduce(.zero) { $0 + $1.usage }
    }
    result.providerKey = turn.key
    // What cost something had a price, where there was but one.
    result.isUnpriced =
      (bought.count > 1 || result.cost == .zero) && hasUnknownPrice
    return result
  }

  private static let filteredSentence =
    "The content filter of every provider that could answer refused this request; rephrase it."

  /// An answer with nothing in it is passed over, until it turns out to be the answer.
  private func path(standing turn: TargetTurn) -> [CascadeStep] {
    guard case .empty = turn.ending, let step = turn.steps.last else { return path }
    var path = path
    if let index = path.firstIndex(of: step) {
      path[index].status = .success
      path[index].reason = nil
    }
    return path
  }

  private var paysSeveral: Bool { bought.count > 1 || path.contains { $0.status == .aborted } }

  /// For all answers that were bought. Targets that were overtaken have read the prompt, too; what else they did nobody
  /// says.
  private var payments: [Payment] {
    var payments = bought.map { Payment($0.target, $0.usage, price(of: $0.usage, $0.target)) }
    for step in path where step.status == .aborted {
      let target = Target(provider: step.provider, model: step.model)
      let prompt = TokenUsage(promptTokens: bought.last?.usage.promptTokens ?? 0, completionTokens: 0)
      payments.append(Payment(target, prompt, price(of: prompt, target)))
    }
    return payments
  }

  private func price(of usage: TokenUsage, _ target: Target) -> NanoDollars {
    prices.cost(of: usage, at: target)
  }

  private func outcome(of verdict: CascadeDecision.Verdict) -> CascadeOutcome {
    switch verdict {
    case .refused(let message, let error):
      return .failed(
        JobFailure(code: .requestRefused, message: message, cascadePath: path, providerError: error))
    case .failed(let message):
      return .failed(JobFailure(code: .allProvidersFailed, message: message, cascadePath: path))
    case .passing(let message, let retryAfter, let askedAny):
      return .passing(message: message, retryAfter: retryAfter, path: path, askedAny: askedAny)
    }
  }
}
