/// The limits and budgets of one tenant, user or key, with the names of their counters, which are made once.
struct AccessBounds: Sendable {
  static let none = AccessBounds(limits: [], budgets: [])

  private let limits: [(limit: Limit, subject: String, scope: LimitScope)]
  private let budgets: [(budget: Budget, subject: String, scope: LimitScope)]

  var isEmpty: Bool { limits.isEmpty && budgets.isEmpty }
  var hasBudgets: Bool { !budgets.isEmpty }

  init(of subject: LimitSubject, _ scope: LimitScope, limits: [Limit], budgets: [Budget]) {
    self.init(
      limits: limits.map { ($0, subject.counting($0.measure.code, of: $0.model), scope) },
      budgets: zip(budgets, Budget.codes(of: budgets)).map { budget, code in
        (budget, subject.counting(code, of: budget.model), scope)
      })
  }

  private init(
    limits: [(limit: Limit, subject: String, scope: LimitScope)],
    budgets: [(budget: Budget, subject: String, scope: LimitScope)]
  ) {
    self.limits = limits
    self.budgets = budgets
  }

  func hasHardBudget(for model: String, or alias: String?) -> Bool {
    budgets.contains { $0.budget.kind == .hard && $0.budget.counts(model, or: alias) }
  }

  /// Adds what the request takes of those that count it; without a request, all of them, of which nothing is taken.
  func add(to demand: inout Demand, for request: AskedRequest?, at moment: BudgetMoment) {
    let isRequestOnly = request?.isRequestOnly ?? false
    for (limit, subject, scope) in limits where request.map({ limit.counts($0.model, or: $0.alias) }) ?? true
    {
      if isRequestOnly, !limit.isOfRequests { continue }
      switch limit.measure {
      case .requests(let window):
        demand.rates.append(
          RateDemand(
            subject: subject, scope: scope, unit: .requests, most: limit.most, window: window,
            amount: request == nil ? 0 : 1))
      case .tokens(let window):
        demand.rates.append(
          RateDemand(
            subject: subject, scope: scope, unit: .tokens, most: limit.most, window: window,
            amount: request?.tokens ?? 0))
      case .running:
        demand.running.append(RunningDemand(subject: subject, scope: scope, most: limit.most))
      case .queued:
        demand.queued.append(
          QueuedDemand(
            subject: subject, scope: scope, unit: .jobs, most: limit.most,
            amount: request == nil ? 0 : 1))
      case .queuedBytes:
        demand.queued.append(
          QueuedDemand(
            subject: subject, scope: scope, unit: .bytes, most: limit.most, amount: request?.bytes ?? 0))
      }
    }
    guard !budgets.isEmpty, !isRequestOnly else { return }
    let cost = request?.highestCost ?? .zero
    for (budget, subject, scope) in budgets
    where request.map({ budget.counts($0.model, or: $0.alias) }) ?? true {
      demand.budgets.append(
        BudgetDemand(
          subject: subject, scope: scope, kind: budget.kind, most: budget.most, amount: cost,
          period: moment.calendar.period(budget.period, at: moment.now),
          waits: moment.waits && budget.kind == .hard && budget.period != .life))
    }
  }
}

/// By which clock and calendar budgets are chosen.
struct BudgetMoment: Sendable {
  /// Unix milliseconds.
  let now: Int64
  let calendar: BudgetCalendar
  /// Whether what does not fit waits for the next period.
  let waits: Bool
}

extension Limit {
  fileprivate var isOfRequests: Bool { if case .requests = measure { true } else { false } }

  /// Whether a request for that name counts, by whatever alias it came.
  func counts(_ asked: String, or alias: String? = nil) -> Bool {
    guard let model else { return true }
    if AllowedModels.matches(asked, model) { return true }
    return alias.map { AllowedModels.matches($0, model) } ?? false
  }
}

extension Budget {
  /// Whether a request for that name counts, by whatever alias it came.
  func counts(_ asked: String, or alias: String? = nil) -> Bool {
    guard let model else { return true }
    if AllowedModels.matches(asked, model) { return true }
    return alias.map { AllowedModels.matches($0, model) } ?? false
  }
}
