import Crypto

/// Whom a counter counts, and what: `t:search:rm`, `k:key_01…:n@openai/gpt-4o`, `u:search:<digest of the user>:bm`.
///
/// Short, because each job that is admitted keeps its subjects, and unlike for any two limits that may stand at once: the
/// owner holds no `@`, the code of what is counted no `:` or `@`, and the model's name is all that follows.
struct LimitSubject: Sendable, Hashable {
  private let owner: String

  init(tenant: TenantID) { owner = "t:\(tenant)" }

  init(key: KeyID) { owner = "k:\(key)" }

  /// A user of a tenant by the first 64 bits of a digest: a name of 256 characters is long, and may be anything.
  init(user: String, of tenant: TenantID) {
    let digest = SHA256.hash(data: Array(user.utf8)).prefix(8)
    let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    owner = "u:\(tenant):\(hex)"
  }

  /// What counts each of a tenant's users: no counter's name, but that of a user without the user.
  init(everyUserOf tenant: TenantID) { owner = "u:\(tenant):" }

  func counting(_ code: String, of model: String?) -> String {
    model.map { "\(owner):\(code)@\($0)" } ?? "\(owner):\(code)"
  }

  /// The code and the model of a subject.
  static func parts(of subject: String) -> (code: Substring, model: String?) {
    let halves = subject.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let code = halves[0].split(separator: ":").last ?? ""
    return (code, halves.count == 2 ? String(halves[1]) : nil)
  }
}

// MARK: - What a demand is of

extension RateDemand {
  public var limit: Limit {
    let model = LimitSubject.parts(of: subject).model
    return Limit(most, unit == .requests ? .requests(window) : .tokens(window), model: model)
  }
}

extension QueuedDemand {
  public var limit: Limit {
    Limit(most, unit == .jobs ? .queued : .queuedBytes, model: LimitSubject.parts(of: subject).model)
  }
}

extension RunningDemand {
  public var limit: Limit { Limit(most, .running, model: LimitSubject.parts(of: subject).model) }
}

extension BudgetDemand {
  /// Nil for a subject that no policy made.
  public var budget: Budget? {
    let (code, model) = LimitSubject.parts(of: subject)
    return BudgetPeriod(code: code).map { Budget(most, per: $0, kind, model: model) }
  }
}

extension Demand {
  /// What an answer from the cache takes, and a follower of another's call: they count as requests only.
  public var ofRequestsOnly: Demand {
    var demand = self
    demand.rates.removeAll { $0.unit != .requests }
    demand.queued = []
    demand.running = []
    demand.budgets = []
    return demand
  }
}
