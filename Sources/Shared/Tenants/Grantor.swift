/// Who makes or changes records, as far as that bounds what he may give: nobody gives a scope, tenant, limit or budget
/// beyond his own, nor a key that lives longer than his or is good in more networks.
public struct Grantor: Sendable, Hashable {
  /// `ADMIN_API_KEY`: there is nothing beyond it.
  public static let `operator` = Grantor(scopes: [.adminAll], tenant: .all)

  public let scopes: Set<Scope>
  public let tenant: TenantReach
  public let limits: [Limit]
  public let budgets: [Budget]
  public let models: AllowedModels
  /// Unix milliseconds; nil for no end.
  public let expiresAt: Int64?
  /// Empty for all.
  public let networks: [ClientNetwork]

  public init(
    scopes: Set<Scope>, tenant: TenantReach, limits: [Limit] = [], budgets: [Budget] = [],
    models: AllowedModels = .all, expiresAt: Int64? = nil, networks: [ClientNetwork] = []
  ) {
    self.scopes = scopes
    self.tenant = tenant
    self.limits = limits
    self.budgets = budgets
    self.models = models
    self.expiresAt = expiresAt
    self.networks = networks
  }

  public init(_ key: APIKey) {
    self.init(
      scopes: key.scopes, tenant: key.tenant, limits: key.limits, budgets: key.budgets, models: key.models,
      expiresAt: key.expiresAt, networks: key.networks)
  }

  /// All of a key that is beyond what this one has; empty where he may give it.
  ///
  /// - Parameter old: the same key as it was, of which its end and networks may stay: nobody gets a new key by that. Nil for a
  ///   key that somebody gets.
  public func beyond(_ key: APIKey, before old: APIKey? = nil) -> [RecordFault] {
    var faults: [RecordFault] = []
    if !reaches(key.tenant) {
      faults.append(
        .value("a key of tenant \(tenant) gives none of tenant \(key.tenant)", at: [.name("tenant")]))
    }
    for scope in key.scopes.sorted() where !scopes.contains(where: { $0.gives(scope) }) {
      faults.append(
        .value("who lacks the scope \"\(scope.rawValue)\" does not give it", at: [.name("scopes")]))
    }
    faults += Self.beyond(limits, key.limits, "limits") + Self.beyond(budgets, key.budgets, "budgets")
    if !models.covers(key.models) { faults.append(beyondModels) }
    if old.map({ $0.expiresAt != key.expiresAt }) ?? true { faults += beyondEnd(key) }
    if old.map({ $0.networks != key.networks }) ?? true { faults += beyondNetworks(key) }
    return faults
  }

  private func beyondEnd(_ key: APIKey) -> [RecordFault] {
    guard let expiresAt, key.expiresAt.map({ $0 > expiresAt }) ?? true else { return [] }
    let end = Timestamp.format(unixMilliseconds: expiresAt)
    return [
      .value("nobody gives a key that lives longer than his own, until \(end)", at: [.name("expires_at")])
    ]
  }

  private func beyondNetworks(_ key: APIKey) -> [RecordFault] {
    let isWithin = key.networks.allSatisfy { given in networks.contains(where: given.isWithin) }
    guard !networks.isEmpty, key.networks.isEmpty || !isWithin else { return [] }
    let own = networks.map(\.text).joined(separator: ", ")
    return [
      .value("nobody gives a key that is good in more networks than his own, \(own)", at: [.name("networks")])
    ]
  }

  /// All of a tenant's record that is beyond what this one has himself, and for an administrator of this tenant alone beyond what it
  /// was; empty where he may make it so.
  ///
  /// - Parameter old: the record as it was, of which what he does not change may stay; nil for a new one.
  public func beyond(_ tenant: Tenant, before old: Tenant?) -> [RecordFault] {
    let own = beyondOwn(tenant, before: old)
    guard self.tenant != .all else { return own }
    guard let old, self.tenant.includes(tenant.id) else {
      return [.value("a key of tenant \(self.tenant) changes no other", at: [.name("id")])]
    }
    let places = Set(own.map(\.place))
    return own + beyondOperators(tenant, before: old).filter { !places.contains($0.place) }
  }

  /// A tenant's bounds are judged as a key's are. Weights are of tenants only, so whoever is bounded himself raises none.
  private func beyondOwn(_ tenant: Tenant, before old: Tenant?) -> [RecordFault] {
    var faults: [RecordFault] = []
    if old.map({ $0.limits != tenant.limits }) ?? true {
      faults += Self.beyond(limits, tenant.limits, "limits")
    }
    if old.map({ $0.budgets != tenant.budgets }) ?? true {
      faults += Self.beyond(budgets, tenant.budgets, "budgets")
    }
    if old.map({ $0.models != tenant.models }) ?? true, !models.covers(tenant.models) {
      faults.append(beyondModels)
    }
    let isBounded = !limits.isEmpty || !budgets.isEmpty || models != .all
    let weight = old?.weight ?? Tenant.weights.lowerBound
    if isBounded, tenant.weight > weight {
      faults.append(
        .value("who has bounds of his own gives no more than the weight \(weight)", at: [.name("weight")]))
    }
    return faults
  }

  /// What a tenant was given, for who administers it alone.
  private func beyondOperators(_ tenant: Tenant, before old: Tenant) -> [RecordFault] {
    var faults =
      Self.beyond(old.limits, tenant.limits, "limits") + Self.beyond(old.budgets, tenant.budgets, "budgets")
      + Self.beyond(old.userLimits, tenant.userLimits, "user_limits")
      + Self.beyond(old.userBudgets, tenant.userBudgets, "user_budgets")
    if !old.models.covers(tenant.models) { faults.append(beyondModels) }
    if tenant.weight > old.weight {
      faults.append(.value("nobody gives himself more than his weight, \(old.weight)", at: [.name("weight")]))
    }
    if !old.cache.covers(tenant.cache) {
      faults.append(
        .value(
          "only an administrator of all tenants shares the cache of one with others", at: [.name("cache")]))
    }
    // A period that begins later begins anew.
    if tenant.timeZone != old.timeZone {
      faults.append(
        .value("only an administrator of all tenants moves the days of its budgets", at: [.name("timezone")]))
    }
    if tenant.isEnabled && !old.isEnabled {
      faults.append(.value("nobody enables his own tenant", at: [.name("enabled")]))
    }
    if tenant.unpriced != old.unpriced && tenant.unpriced == .allow {
      faults.append(.value("nobody lifts what his tenant's budget refuses", at: [.name("unpriced")]))
    }
    if tenant.providerKeys != old.providerKeys {
      faults.append(
        .value(
          "only an administrator of all tenants says which secrets a tenant uses",
          at: [.name("provider_keys")]))
    }
    if let usage = tenant.retention.usage, old.retention.usage.map({ usage < $0 }) ?? true {
      faults.append(
        .value(
          "only an administrator of all tenants lets records of usage go sooner",
          at: [.name("retention"), .name("usage")]))
    }
    if !Set(old.guards).isSubset(of: tenant.guards) {
      faults.append(.value("nobody takes a guard from his own tenant", at: [.name("guards")]))
    }
    return faults
  }

  private var beyondModels: RecordFault {
    .value("nobody allows models beyond his own; name those that may be asked", at: [.name("models")])
  }

  private func reaches(_ other: TenantReach) -> Bool {
    switch other {
    case .all: tenant == .all
    case .one(let id): tenant.includes(id)
    }
  }

  /// Each bound needs one at least as tight that counts the same or more.
  private static func beyond(_ own: [Limit], _ given: [Limit], _ member: String) -> [RecordFault] {
    own.compactMap { own in
      let isKept = given.contains {
        $0.measure == own.measure && $0.most <= own.most && ($0.model == nil || $0.model == own.model)
      }
      return isKept
        ? nil
        : .value("nobody gives more than he may himself: \(own.allowance)", at: [.name(member)])
    }
  }

  private static func beyond(_ own: [Budget], _ given: [Budget], _ member: String) -> [RecordFault] {
    own.filter { $0.kind == .hard }.compactMap { own in
      let isKept = given.contains {
        $0.kind == .hard && $0.period == own.period && $0.most <= own.most
          && ($0.model == nil || $0.model == own.model)
      }
      return isKept
        ? nil
        : .value("nobody gives more than he may himself: \(own.allowance)", at: [.name(member)])
    }
  }
}
