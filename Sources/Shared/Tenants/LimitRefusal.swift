/// Why a limit or budget refuses a request, for people and programs.
public struct LimitRefusal: Error, Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// Too many of late; possible after that time. Nil: the request alone is over the limit.
    case rate(RateDemand, after: Duration?)
    /// Too much waits. `isAlone`: the request alone is over the limit.
    case queued(QueuedDemand, isAlone: Bool)
    /// What is spent and the most that the request can cost are over the budget. `isAlone`: the latter alone is.
    case budget(BudgetDemand, isAlone: Bool)
  }

  public let cause: Cause
  /// `tenant search`, `user anna`, `key sk-sluice-ab12…wxyz`.
  public let who: String
  /// Whom the request names, whichever limit it is.
  public var user: String?

  public init(_ cause: Cause, of who: String) {
    self.cause = cause
    self.who = who
  }

  public var scope: LimitScope {
    switch cause {
    case .rate(let demand, _): demand.scope
    case .queued(let demand, _): demand.scope
    case .budget(let demand, _): demand.scope
    }
  }

  /// Whether no waiting helps: the answer has `x-should-retry: false`.
  public var isForGood: Bool {
    switch cause {
    case .rate(_, let after): after == nil
    case .queued(_, let isAlone): isAlone
    case .budget: true
    }
  }

  public var isOfBudget: Bool { if case .budget = cause { true } else { false } }

  /// When to come back; nil where that cannot be said. Budgets say when their next period begins: see ``renewsAt``.
  public var retryAfter: Duration? {
    switch cause {
    case .rate(_, let after): after
    case .queued(_, let isAlone): isAlone ? nil : .seconds(1)
    case .budget: nil
    }
  }

  /// When a budget's next period begins (Unix milliseconds); nil for one for life, and for limits.
  public var renewsAt: Int64? {
    guard case .budget(let demand, _) = cause, demand.period.upperBound < .max else { return nil }
    return demand.period.upperBound
  }

  /// The limit or budget as it is written in its record, such as `100 requests/minute`.
  public var limit: String {
    switch cause {
    case .rate(let demand, _): demand.limit.description
    case .queued(let demand, _): demand.limit.description
    case .budget(let demand, _): demand.budget?.description ?? "\(demand.most)"
    }
  }

  /// One sentence, without a full stop.
  public var sentence: String {
    switch cause {
    case .rate(let demand, let after?):
      "\(who) may \(demand.limit.allowance); \(Self.next(demand)) possible in \(Self.seconds(after)) s"
    case .rate(let demand, nil):
      "\(who) may \(demand.limit.allowance), fewer than the \(demand.amount) that this request alone may use; "
        + "shorten it or lower its longest answer"
    case .queued(let demand, true):
      "\(who) may \(demand.limit.allowance), less than the \(Limit.size(demand.amount)) of this request alone"
    case .queued(let demand, false):
      "\(who) may \(demand.limit.allowance), and this one would be over it; ask again when others have ended"
    case .budget(let demand, let isAlone):
      budgetSentence(demand, isAlone: isAlone)
    }
  }

  private func budgetSentence(_ demand: BudgetDemand, isAlone: Bool) -> String {
    let allowance = demand.budget?.allowance ?? "spend \(demand.most) USD"
    let cost = "this request, which may cost up to \(demand.amount) USD"
    if isAlone { return "\(who) may \(allowance), and \(cost), is over it alone; lower its longest answer" }
    let renewal = renewsAt.map { "; it is renewed at \(Timestamp.format(unixMilliseconds: $0))" } ?? ""
    return "\(who) may \(allowance), and what is left does not pay for \(cost)\(renewal)"
  }

  private static func next(_ demand: RateDemand) -> String {
    switch demand.unit {
    case .requests: "the next is"
    case .tokens: "the \(demand.amount) that this request may use are"
    }
  }

  /// Rounded up, at least 1, as `Retry-After` has it.
  private static func seconds(_ duration: Duration) -> Int64 {
    max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
  }
}
