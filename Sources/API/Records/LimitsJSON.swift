import Shared

/// How limits and budgets stand, as it is shown: each as it is written in its record, with whose it is, what is used, what
/// jobs that have not ended reserve, and when it is renewed.
enum LimitsJSON {
  static func render(_ demand: Demand, _ standing: Standing, at now: Int64) -> JSONValue {
    let rates = zip(demand.rates, standing.rates).map { rate, state in
      limit(
        rate.limit, rate.scope, used: state.limit - state.remaining,
        resetsAt: now + state.reset.wholeMilliseconds)
    }
    let queued = zip(demand.queued, standing.queued).map { limit($0.limit, $0.scope, used: $1) }
    let running = zip(demand.running, standing.running).map { limit($0.limit, $0.scope, used: $1) }
    return [
      "limits": .array(rates + queued + running),
      "budgets": .array(zip(demand.budgets, standing.budgets).map(budget)),
    ]
  }

  private static func limit(
    _ limit: Limit, _ scope: LimitScope, used: Int, resetsAt: Int64? = nil
  ) -> JSONValue {
    [
      "limit": .string(limit.description), "model": limit.model.map(JSONValue.string) ?? .null,
      "scope": .string(scope.rawValue), "used": .integer(Int64(used)), "reserved": 0,
      "resets_at": time(resetsAt),
    ]
  }

  private static func budget(_ demand: BudgetDemand, _ money: Standing.Money) -> JSONValue {
    var members = demand.budget?.json.object ?? [:]
    members["model"] = members["model"] ?? .null
    members["scope"] = .string(demand.scope.rawValue)
    members["used"] = dollars(money.spent)
    members["reserved"] = dollars(money.reserved)
    members["resets_at"] = time(demand.period.upperBound == .max ? nil : demand.period.upperBound)
    return .object(members)
  }

  /// By its digits, which are exact.
  private static func dollars(_ amount: NanoDollars) -> JSONValue {
    .double(Double(amount.description) ?? amount.dollars)
  }

  private static func time(_ milliseconds: Int64?) -> JSONValue {
    milliseconds.map { .string(Timestamp.format(unixMilliseconds: $0)) } ?? .null
  }
}
