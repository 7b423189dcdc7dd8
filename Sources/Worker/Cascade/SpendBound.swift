import Shared

/// What a job may buy. Its admission has reserved the most that one answer can cost of its hard budgets, twice where the
/// route may pay for two; what is bought beside that fits into it, or is not bought.
struct SpendBound: Sendable {
  static let unpriced = "no price is known, and a hard budget stands"
  static let beyond = "what the job has reserved of its budget does not pay for another answer"

  let job: JobID
  let reservations: any Reservations
  /// Whether targets without a known price are passed over.
  let isPricedOnly: Bool
  /// What the walk has spent until now.
  private(set) var spent = NanoDollars.zero

  init(job: JobID, reservations: any Reservations, isPricedOnly: Bool) {
    self.job = job
    self.reservations = reservations
    self.isPricedOnly = isPricedOnly
  }

  /// The same after more was bought.
  func after(_ spent: NanoDollars?) -> SpendBound {
    guard let spent else { return self }
    var bound = self
    bound.spent = self.spent + spent
    return bound
  }

  /// Whether another answer may be bought after such that are paid for, or may be: `more` than is ``spent``. Where nobody
  /// knows it, what there is must do.
  func allows(_ price: NanoDollars, after more: NanoDollars) async -> Bool {
    do {
      guard let reserved = try await reservations.reserved(by: job) else { return true }
      return spent + more + price <= reserved
    } catch { return false }
  }
}

extension TargetCaller {
  /// Whether the target may be asked again after answers that did not come to their end.
  func mayBuyAgain(
    _ request: JobRequest, of target: Target, after unfinished: [TokenUsage], _ spend: SpendBound?
  ) async -> Bool {
    guard let spend, !unfinished.isEmpty else { return true }
    let spent = catalog.prices.cost(of: unfinished, at: target)
    return await spend.allows(catalog.highestCost(of: request, at: target), after: spent)
  }
}

extension PriceTable {
  fileprivate func cost(of usages: [TokenUsage], at target: Target) -> NanoDollars {
    usages.reduce(.zero) { $0 + cost(of: $1, at: target) }
  }
}

extension TargetTurn {
  /// Nobody is asked: waiting brings neither a price nor money.
  static func unpaid(_ target: Target, _ reason: String) -> TargetTurn {
    let refusal = CircuitRefusal(cause: .keyRefused, reason: reason, wait: .zero)
    return TargetTurn(
      target, [CascadeStep(target, .skipped, reason, .zero)], .passed(.skipped(refusal, of: target)))
  }

  /// What it has cost, whether or not an answer of it stands, or came to its end; nil where nothing was bought.
  func spent(by prices: PriceTable) -> NanoDollars? {
    guard bought != nil || !unfinished.isEmpty else { return nil }
    return prices.cost(of: unfinished + [bought?.answer.usage].compactMap(\.self), at: target)
  }

  private var bought: ProviderAnswer? {
    switch ending {
    case .answered(let answer), .filtered(let answer), .empty(let answer): answer
    case .outsized, .interrupted, .passed, .aborted: nil
    }
  }
}
