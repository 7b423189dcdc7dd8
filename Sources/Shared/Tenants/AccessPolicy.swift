/// What a tenant and one of its keys may do together: both must allow it.
///
/// Made once for a record that was read, since it is asked for every request; a class, so that it is not copied for each.
public final class AccessPolicy: Sendable {
  public let tenant: Tenant
  /// Nil for `SERVICE_API_KEY`.
  public let key: APIKey?
  public let scopes: Set<Scope>
  /// By which records it judges.
  public let version: AccessVersion

  private let tenantBounds: AccessBounds
  private let keyBounds: AccessBounds
  private let calendar: BudgetCalendar

  /// - Parameters:
  ///   - tenant: of a key of all tenants it means nothing.
  ///   - version: the epochs of both records, and until when the key is good.
  public convenience init(tenant: Tenant, key: APIKey, version: AccessVersion = AccessVersion()) {
    self.init(tenant: tenant, key: key, scopes: key.scopes, version: version)
  }

  /// The policy of `SERVICE_API_KEY`, whose `RATE_LIMIT` the caller adds to ``Demand/rates``.
  public convenience init(service tenant: Tenant, version: AccessVersion = AccessVersion()) {
    self.init(tenant: tenant, key: nil, scopes: Scope.usual, version: version)
  }

  private init(tenant: Tenant, key: APIKey?, scopes: Set<Scope>, version: AccessVersion) {
    self.tenant = tenant
    self.key = key
    self.scopes = scopes
    self.version = version
    tenantBounds = AccessBounds(
      of: LimitSubject(tenant: tenant.id), .tenant, limits: tenant.limits, budgets: tenant.budgets)
    keyBounds =
      key.map { AccessBounds(of: LimitSubject(key: $0.id), .key, limits: $0.limits, budgets: $0.budgets) }
      ?? .none
    // A zone that this system does not know was checked by another; its budgets go by UTC until it does.
    calendar = BudgetCalendar(timeZone: tenant.timeZone) ?? .utc
  }
}

// MARK: - What may be done

extension AccessPolicy {
  /// Whether it may be used for that, from there. The address is looked at only where the key is bound to networks.
  public func check(_ scope: Scope, from address: @autoclosure () -> String) throws(AccessDenial) {
    if key?.tenant == .all {
      guard !Scope.usual.contains(scope) else { throw .hasNoTenant }
    } else if !tenant.isEnabled {
      throw .tenantIsDisabled(tenant.id)
    }
    if let networks = key?.networks, !networks.isEmpty {
      let address = address()
      guard networks.contains(where: { $0.contains(address) }) else { throw .isElsewhere(address: address) }
    }
    guard scopes.allow(scope) else { throw .lacksScope(scope) }
  }

  /// Whether a name may be asked, as far as ``Tenant/models`` and ``APIKey/models`` say. `alias` is the name that was
  /// asked for where that only stands for it: either may be named.
  public func allows(model: String, alias: String? = nil) -> Bool {
    tenant.models.allows(model, or: alias) && key?.models.allows(model, or: alias) != false
  }

  /// The same with its sentence.
  public func check(model: String, alias: String? = nil) throws(AccessDenial) {
    guard tenant.models.allows(model, or: alias) else {
      throw .mayNotAsk(model: alias ?? model, of: "tenant \(tenant.id)")
    }
    guard key?.models.allows(model, or: alias) != false else {
      throw .mayNotAsk(model: alias ?? model, of: "this key")
    }
  }

  /// Whether targets without a known price are passed over: the tenant says so, and a hard budget counts the request.
  public func passesOverUnpriced(model: String, alias: String? = nil, user: String?) -> Bool {
    tenant.unpriced == .refuse
      && (tenantBounds.hasHardBudget(for: model, or: alias) || keyBounds.hasHardBudget(for: model, or: alias)
        || user != nil && tenant.userBudgets.contains { $0.kind == .hard && $0.counts(model, or: alias) })
  }
}

// MARK: - How it is done

extension AccessPolicy {
  /// The lane of a request that names none.
  public var lane: Lane? { key?.lane ?? tenant.lane }

  /// The share in fair turns.
  public var weight: Int { tenant.weight }

  /// Whose answers the cache gives, and whose calls are answered together, as a part of the cache's key; nil where
  /// nothing is shared, not even with itself. No group is named as a tenant is.
  public var cacheGroup: String? {
    switch tenant.cache.narrowed(by: key?.cache) {
    case .own: tenant.id.rawValue
    case .off: nil
    case .group(let name): "group:\(name)"
    }
  }

  /// The policies of guards of both, the tenant's first.
  public var guards: [String] {
    guard let own = key?.guards, !own.isEmpty else { return tenant.guards }
    return tenant.guards + own.filter { !tenant.guards.contains($0) }
  }
}

// MARK: - What it takes

extension AccessPolicy {
  /// Whether a request can be counted by anything: without it, a demand needs no estimates.
  public var hasBounds: Bool {
    !(tenantBounds.isEmpty && keyBounds.isEmpty && tenant.userLimits.isEmpty && tenant.userBudgets.isEmpty)
  }

  /// Whether money is counted: without it, a demand needs no targets.
  public var hasBudgets: Bool {
    tenantBounds.hasBudgets || keyBounds.hasBudgets || !tenant.userBudgets.isEmpty
  }

  /// What a request takes of all limits and budgets that count it. Throws where it alone is over one of them.
  ///
  /// - Parameter now: Unix milliseconds, by which budgets' periods are chosen; the queue checks them by its own clock.
  public func demand(for request: AskedRequest, at now: Int64) throws(LimitRefusal) -> Demand {
    var demand = Demand(judgedBy: version, key: key?.id.rawValue, user: request.user)
    guard hasBounds else { return demand }
    add(to: &demand, for: request, at: now)
    try refuseAlone(demand)
    return demand
  }

  /// Every limit and budget, whatever the model, with amounts of 0: what is looked up to show how much is left.
  public func everyBound(user: String?, at now: Int64) -> Demand {
    var demand = Demand(judgedBy: version, key: key?.id.rawValue, user: user)
    add(to: &demand, for: nil, at: now)
    return demand
  }

  private func add(to demand: inout Demand, for request: AskedRequest?, at now: Int64) {
    let moment = BudgetMoment(
      now: now, calendar: calendar,
      waits: tenant.onBudget == .wait && request?.lane == .batch && request?.mayBePutOff == true)
    tenantBounds.add(to: &demand, for: request, at: moment)
    if let user = demand.user, !tenant.userLimits.isEmpty || !tenant.userBudgets.isEmpty {
      let bounds = AccessBounds(
        of: LimitSubject(user: user, of: tenant.id), .user, limits: tenant.userLimits,
        budgets: tenant.userBudgets)
      bounds.add(to: &demand, for: request, at: moment)
    }
    keyBounds.add(to: &demand, for: request, at: moment)
  }

  /// No waiting helps a request that is over a limit by itself, so the queue is not asked.
  private func refuseAlone(_ demand: Demand) throws(LimitRefusal) {
    if let rate = demand.rates.first(where: { $0.amount > $0.most }) {
      throw refusal(.rate(rate, after: nil), user: demand.user)
    }
    if let queued = demand.queued.first(where: { $0.amount > $0.most }) {
      throw refusal(.queued(queued, isAlone: true), user: demand.user)
    }
    if let budget = demand.budgets.first(where: { $0.kind == .hard && $0.amount > $0.most }) {
      throw refusal(.budget(budget, isAlone: true), user: demand.user)
    }
  }

  /// A refusal by one of a demand's parts, with whose it is.
  public func refusal(_ cause: LimitRefusal.Cause, user: String?) -> LimitRefusal {
    let scope = LimitRefusal(cause, of: "").scope
    var refusal = LimitRefusal(cause, of: name(of: scope, user: user))
    refusal.user = user
    return refusal
  }

  private func name(of scope: LimitScope, user: String?) -> String {
    switch scope {
    case .tenant: "tenant \(tenant.id)"
    case .user: "user \(ClientText.cut(user ?? "")) of tenant \(tenant.id)"
    case .key: key.map { "key \($0.name.map(ClientText.quoted) ?? $0.hint)" } ?? "this key"
    }
  }

  /// The period of a budget that holds a time (Unix milliseconds), for showing what is left.
  public func period(of budget: Budget, at now: Int64) -> Range<Int64> {
    calendar.period(budget.period, at: now)
  }
}
