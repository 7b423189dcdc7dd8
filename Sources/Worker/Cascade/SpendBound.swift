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

  /// Whether another answer may be bought after such that are paid for, or may be: `spent`. Where nobody knows it, what
  /// there is must do.
  func allows(_ price: NanoDollars, after spent: NanoDollars) async -> Bool {
    do {
      guard let reserved = try await reservations.reserved(by: job) else { return true }
      return spent + price <= reserved
    } catch { return false }
  }
}

extension TargetTurn {
  /// Nobody is asked: waiting brings neither a price nor money.
  static func unpaid(_ target: Target, _ reason: String) -> TargetTurn {
    let refusal = CircuitRefusal(cause: .keyRefused, reason: reason, wait: .zero)
    return TargetTurn(
      target, [CascadeStep(target, .skipped, reason, .zero)], .passed(.skipped(refusal, of: target)))
  }

  /// The answer that it has brought, whether or not it stands.
  var bought: ProviderAnswer? {
    switch ending {
    case .answered(let answer), .filtered(let answer), .empty(let answer): answer
    case .interrupted, .passed, .aborted: nil
    }
  }
}
