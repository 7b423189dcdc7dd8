import Testing

@testable import Shared

@Suite("What a tenant and its key may do, and what a request takes")
struct AccessPolicyTests {
  private static let now: Int64 = 1_795_835_794_000

  private func tenant(_ change: (inout Tenant) -> Void = { _ in }) throws -> Tenant {
    var tenant = Tenant(id: try #require(TenantID(rawValue: "search")))
    change(&tenant)
    return tenant
  }

  private func key(_ change: (inout APIKey) -> Void = { _ in }) throws -> APIKey {
    let material = KeyMaterial()
    var key = APIKey(
      id: KeyID(unixMilliseconds: Self.now), tenant: .one(try #require(TenantID(rawValue: "search"))),
      digest: KeyDigest(of: material.secret, under: .init(data: Array("0123456789abcdef".utf8))),
      hint: material.hint, createdAt: Self.now)
    change(&key)
    return key
  }

  private let request = AskedRequest(
    model: "smart", promptTokens: 100, maxTokens: 50,
    targets: [
      PricedTarget(maxOutputTokens: 1000) { NanoDollars(rawValue: Int64($0 + 10 * $1)) },
      PricedTarget(maxOutputTokens: nil) { NanoDollars(rawValue: Int64(2 * $0 + $1)) },
      PricedTarget(maxOutputTokens: 10, price: nil),
    ], lane: .interactive, bytes: 2048, user: "anna")

  private func denial(_ check: () throws(AccessDenial) -> Void) -> AccessDenial? {
    do {
      try check()
      return nil
    } catch { return error }
  }

  private func refusal(_ policy: AccessPolicy, _ request: AskedRequest) -> LimitRefusal? {
    do {
      _ = try policy.demand(for: request, at: Self.now)
      return nil
    } catch { return error }
  }

  // MARK: - May it

  @Test("a request must be allowed by tenant and key")
  func models() throws {
    let policy = AccessPolicy(
      tenant: try tenant { $0.models = AllowedModels(names: ["smart", "claude-*"]) },
      key: try key { $0.models = AllowedModels(names: ["claude-3-*", "fast"]) })
    #expect(policy.allows(model: "claude-3-opus"))
    for model in ["smart", "fast", "claude-4", "other"] {
      #expect(!policy.allows(model: model))
      #expect(denial { () throws(AccessDenial) in try policy.check(model: model) } != nil)
    }
  }

  @Test(
    "a * in a name stands for any text",
    arguments: [
      ("claude-3", "claude-*", true), ("claude-", "claude-*", true), ("xclaude-3", "claude-*", false),
      ("abbc", "a*b*c", true), ("ac", "a*b*c", false), ("aba", "ab*ba", false), ("xaby", "*ab*", true),
      ("a", "a", true),
    ])
  func patterns(name: String, pattern: String, matches: Bool) {
    #expect(AllowedModels(names: [pattern]).allows(name) == matches)
  }

  @Test("scope, tenant and network are looked at, and each refusal has its sentence")
  func checks() throws {
    let disabled = AccessPolicy(tenant: try tenant { $0.isEnabled = false }, key: try key())
    #expect(
      denial { () throws(AccessDenial) in try disabled.check(.ask, from: "10.1.2.3") }?.description
        == "tenant search is disabled")
    let network = try #require(ClientNetwork(parsing: "10.0.0.0/8"))
    let bound = AccessPolicy(tenant: try tenant(), key: try key { $0.networks = [network] })
    #expect(denial { () throws(AccessDenial) in try bound.check(.ask, from: "10.1.2.3") } == nil)
    #expect(
      denial { () throws(AccessDenial) in try bound.check(.ask, from: "unix") }
        == .isElsewhere(address: "unix"))
    #expect(
      denial { () throws(AccessDenial) in try bound.check(.adminRead, from: "10.1.2.3") }
        == .lacksScope(.adminRead))
    let global = AccessPolicy(
      tenant: try tenant { $0.isEnabled = false },
      key: try key {
        $0.tenant = .all
        $0.scopes = [.adminAll, .contents, .ask]
      })
    #expect(denial { () throws(AccessDenial) in try global.check(.ask, from: "x") } == .hasNoTenant)
    #expect(denial { () throws(AccessDenial) in try global.check(.adminKeys, from: "x") } == nil)
    #expect(denial { () throws(AccessDenial) in try global.check(.contents, from: "x") } == nil)
  }

  @Test("scopes include what they say and no more")
  func scopes() {
    #expect(Set<Scope>([.adminAll]).allow(.adminOperate))
    #expect(!Set<Scope>([.adminAll]).allow(.ask))
    #expect(!Set<Scope>([.adminAll]).allow(.contents))
    #expect(Set<Scope>([.adminOperate]).allow(.adminRead))
    #expect(!Set<Scope>([.adminOperate]).allow(.adminKeys))
    #expect(Set<Scope>([.adminKeys]).allow(.adminRead))
    #expect(!Set<Scope>([.adminKeys]).allow(.adminOperate))
    #expect(!Set<Scope>([.ask, .read]).allow(.adminRead))
  }

  @Test(
    "a key may share the cache less than its tenant, never more",
    arguments: [
      (.own, nil, "search"), (.own, .off, nil), (.own, .group("g"), "search"), (.group("g"), nil, "group:g"),
      (.group("g"), .own, "search"), (.group("g"), .group("h"), "group:g"), (.off, .own, nil),
      (.off, nil, nil),
    ] as [(CacheSharing, CacheSharing?, String?)])
  func caches(tenant sharing: CacheSharing, key own: CacheSharing?, group: String?) throws {
    let policy = AccessPolicy(tenant: try tenant { $0.cache = sharing }, key: try key { $0.cache = own })
    #expect(policy.cacheGroup == group)
  }

  @Test("a key that would share more than its tenant is told so")
  func wideCache() throws {
    let tenant = try tenant()
    #expect(try key { $0.cache = .group("all") }.beyond(tenant).map(\.path) == ["cache"])
    #expect(try key { $0.cache = .off }.beyond(tenant).isEmpty)
    #expect(try key().beyond(tenant).isEmpty)
  }

  // MARK: - What it takes

  @Test("all bounds can be looked up, whatever the model, without taking anything")
  func everyBound() throws {
    let policy = AccessPolicy(
      service: try tenant {
        $0.limits = [
          Limit(1, .requests(.day), model: "a"), Limit(1, .tokens(.day), model: "b"), Limit(1, .queued),
          Limit(1, .running),
        ]
        $0.userBudgets = [Budget(.limit, per: .day, model: "c")]
      })
    let demand = policy.everyBound(user: "anna", at: Self.now)
    #expect(demand.rates.map(\.amount) == [0, 0] && demand.queued.map(\.amount) == [0])
    #expect(demand.running.count == 1 && demand.budgets.map(\.amount) == [.zero])
    #expect(policy.everyBound(user: nil, at: Self.now).budgets.isEmpty)
    #expect(demand.rates.map(\.limit) == Array(policy.tenant.limits.prefix(2)))
    #expect(demand.budgets.map(\.budget) == [policy.tenant.userBudgets.first])
  }

  @Test("all limits and budgets of tenant, user and key that count a request are in its demand")
  func demand() throws {
    let key = try key { $0.limits = [Limit(64 << 20, .queuedBytes), Limit(9, .queued, model: "other")] }
    let policy = AccessPolicy(
      tenant: try tenant {
        $0.limits = [Limit(100, .requests(.minute)), Limit(5, .running, model: "sm*")]
        $0.budgets = [
          Budget(NanoDollars(rawValue: 5000), per: .month),
          Budget(NanoDollars(rawValue: 1), per: .life, .soft),
        ]
        $0.userLimits = [Limit(500, .tokens(.day))]
        $0.timeZone = "Europe/Berlin"
      }, key: key, version: AccessVersion(tenant: 3, key: 4, goodUntil: 5))
    let demand = try policy.demand(for: request, at: Self.now)
    #expect(demand.judgedBy == AccessVersion(tenant: 3, key: 4, goodUntil: 5))
    #expect(demand.key == key.id.rawValue)
    #expect(demand.user == "anna")
    let user = LimitSubject(user: "anna", of: policy.tenant.id).counting("td", of: nil)
    #expect(user.hasPrefix("u:search:") && user.utf8.count == "u:search:".utf8.count + 16 + 3)
    #expect(
      demand.rates == [
        RateDemand(subject: "t:search:rm", scope: .tenant, unit: .requests, most: 100, window: .minute),
        RateDemand(subject: user, scope: .user, unit: .tokens, most: 500, window: .day, amount: 150),
      ])
    #expect(demand.running == [RunningDemand(subject: "t:search:n@sm*", scope: .tenant, most: 5)])
    #expect(
      demand.queued == [
        QueuedDemand(subject: "k:\(key.id):qb", scope: .key, unit: .bytes, most: 64 << 20, amount: 2048)
      ])
    let november = try MemberRules.time("2026-10-31T23:00:00Z")..<MemberRules.time("2026-11-30T23:00:00Z")
    #expect(
      demand.budgets == [
        BudgetDemand(
          subject: "t:search:bm", scope: .tenant, kind: .hard, most: NanoDollars(rawValue: 5000),
          amount: NanoDollars(rawValue: 600), period: november),
        BudgetDemand(
          subject: "t:search:bl", scope: .tenant, kind: .soft, most: NanoDollars(rawValue: 1),
          amount: NanoDollars(rawValue: 600), period: 0..<Int64.max),
      ])
    #expect(demand.ofRequestsOnly.rates.map(\.unit) == [.requests])
    #expect(demand.ofRequestsOnly.budgets.isEmpty && demand.ofRequestsOnly.queued.isEmpty)
  }

  @Test("a budget is counted by the same counter whatever its kind, and by one of its own beside a hard one")
  func kinds() throws {
    func subjects(_ budgets: Budget...) throws -> [String] {
      let policy = AccessPolicy(tenant: try tenant { $0.budgets = budgets }, key: try key())
      return try policy.demand(for: request, at: Self.now).budgets.map(\.subject)
    }
    let most = NanoDollars(rawValue: 5000)
    let (hard, soft) = (Budget(most, per: .month), Budget(most, per: .month, .soft))
    #expect(try subjects(hard) == ["t:search:bm"] && subjects(soft) == ["t:search:bm"])
    #expect(try subjects(soft, hard) == ["t:search:sm", "t:search:bm"])
    let others = [Budget(most, per: .day), Budget(most, per: .month, model: "smart")]
    #expect(try subjects(others[0], others[1], soft) == ["t:search:bd", "t:search:bm@smart", "t:search:bm"])
  }

  @Test("a request reserves the longest answer at the dearest target, twice where two may be paid")
  func highestCost() {
    var request = request
    #expect(request.highestCost == NanoDollars(rawValue: 600))
    request.maxTokens = 5000
    // The first target's model ends at 1,000 tokens.
    #expect(request.highestCost == NanoDollars(rawValue: 10_100))
    request.maxTokens = nil
    #expect(request.highestCost == NanoDollars(rawValue: 200 + 16_384))
    #expect(request.tokens == 1124)
    request.mayPayTwice = true
    #expect(request.highestCost == NanoDollars(rawValue: 2 * (200 + 16_384)))
    request.targets = [PricedTarget(maxOutputTokens: 10, price: nil)]
    #expect(request.highestCost == .zero)
  }

  @Test("no two limits that may stand at once share a counter")
  func subjects() throws {
    let windows = RateLimit.Window.allCases
    let measures: [Limit.Measure] =
      windows.map { .requests($0) } + windows.map { .tokens($0) } + [.running, .queued, .queuedBytes]
    var codes = measures.map(\.code)
    for period in BudgetPeriod.allCases {
      codes += Budget.codes(of: [Budget(.limit, per: period), Budget(.limit, per: period, .soft)])
    }
    let owners = try [
      LimitSubject(tenant: #require(TenantID(rawValue: "a"))),
      LimitSubject(tenant: #require(TenantID(rawValue: "b"))),
      LimitSubject(user: "a", of: #require(TenantID(rawValue: "a"))),
      LimitSubject(user: "b", of: #require(TenantID(rawValue: "a"))),
      LimitSubject(user: "a", of: #require(TenantID(rawValue: "b"))),
      LimitSubject(key: KeyID(unixMilliseconds: 1)), LimitSubject(key: KeyID(unixMilliseconds: 1)),
    ]
    let models: [String?] = [nil, "a", "a@b", "b:rm", "rm", "@"]
    let all = owners.flatMap { owner in
      codes.flatMap { code in models.map { owner.counting(code, of: $0) } }
    }
    #expect(Set(all).count == all.count)
    for (code, model) in zip(codes, [nil, "a@b", "b:rm"] as [String?]) {
      let parts = LimitSubject.parts(of: owners[0].counting(code, of: model))
      #expect(parts.code == code && parts.model == model)
    }
  }

  @Test("without limits a demand has only its records, and nothing is estimated")
  func unbounded() throws {
    let policy = AccessPolicy(service: try tenant())
    #expect(!policy.hasBounds && !policy.hasBudgets)
    #expect(try policy.demand(for: request, at: Self.now) == Demand(user: "anna"))
  }

  @Test("jobs of the batch lane wait for the next period where the tenant says so, but not for the next life")
  func waiting() throws {
    let policy = AccessPolicy(
      service: try tenant {
        $0.onBudget = .wait
        $0.budgets = [
          Budget(.limit, per: .day), Budget(.limit, per: .life), Budget(.limit, per: .day, .soft),
        ]
      })
    var batch = request
    batch.lane = .batch
    #expect(try policy.demand(for: batch, at: Self.now).budgets.map(\.waits) == [true, false, false])
    #expect(try policy.demand(for: request, at: Self.now).budgets.map(\.waits) == [false, false, false])
    // Whoever must have the answer on the connection on which he asks is refused.
    batch.mayBePutOff = false
    #expect(try policy.demand(for: batch, at: Self.now).budgets.map(\.waits) == [false, false, false])
  }

  @Test("unpriced targets are passed over only where the tenant says so and a hard budget counts the request")
  func unpriced() throws {
    let policy = AccessPolicy(
      service: try tenant {
        $0.unpriced = .refuse
        $0.budgets = [Budget(.limit, per: .day, model: "smart"), Budget(.limit, per: .day, .soft)]
        $0.userBudgets = [Budget(.limit, per: .day, model: "fast")]
      })
    #expect(policy.passesOverUnpriced(model: "smart", user: nil))
    #expect(!policy.passesOverUnpriced(model: "fast", user: nil))
    #expect(policy.passesOverUnpriced(model: "fast", user: "anna"))
  }

  // MARK: - Refusals

  @Test("a request that alone is over a limit is refused before the queue is asked, for good")
  func alone() throws {
    let tokens = AccessPolicy(service: try tenant { $0.limits = [Limit(149, .tokens(.day))] })
    let refused = try #require(refusal(tokens, request))
    #expect(refused.isForGood && refused.retryAfter == nil && !refused.isOfBudget)
    #expect(refused.limit == "149 tokens/day")
    #expect(
      refused.sentence
        == "tenant search may use 149 tokens a day, fewer than the 150 that this request alone may use; shorten it or "
        + "lower its longest answer")
    let bytes = AccessPolicy(service: try tenant { $0.limits = [Limit(1024, .queuedBytes)] })
    #expect(
      refusal(bytes, request)?.sentence
        == "tenant search may have 1 KiB queued, less than the 2 KiB of this request alone")
    let user = AccessPolicy(
      service: try tenant { $0.userBudgets = [Budget(NanoDollars(rawValue: 599), per: .day)] })
    let spent = try #require(refusal(user, request))
    #expect(spent.isOfBudget && spent.scope == .user && spent.isForGood)
    #expect(spent.limit == "0.000000599/day")
    #expect(
      spent.sentence.hasPrefix("user anna of tenant search may spend 0.000000599 USD a day, and this request")
    )
    let soft = AccessPolicy(
      service: try tenant { $0.budgets = [Budget(NanoDollars(rawValue: 1), per: .day, .soft)] })
    #expect(refusal(soft, request) == nil)
  }

  @Test("a refusal says whose limit it is, which, and when to come back")
  func words() throws {
    let policy = AccessPolicy(
      tenant: try tenant {
        $0.limits = [Limit(100, .requests(.minute)), Limit(7, .queued)]
        $0.budgets = [Budget(NanoDollars(rawValue: 50_000_000_000), per: .month)]
      },
      key: try key {
        $0.name = "CI"; $0.limits = [Limit(10, .requests(.hour), model: "smart")]
      })
    let demand = try policy.demand(for: request, at: Self.now)
    let first = policy.refusal(.rate(demand.rates[0], after: .milliseconds(2001)), user: demand.user)
    #expect(first.sentence == "tenant search may ask 100 requests a minute; the next is possible in 3 s")
    #expect(first.limit == "100 requests/minute" && first.scope == .tenant && !first.isForGood)
    let second = policy.refusal(.rate(demand.rates[1], after: .zero), user: demand.user)
    #expect(second.sentence == #"key "CI" may ask 10 requests an hour of smart; the next is possible in 1 s"#)
    let queued = policy.refusal(.queued(demand.queued[0], isAlone: false), user: nil)
    #expect(queued.sentence.hasPrefix("tenant search may have 7 jobs queued"))
    let budget = policy.refusal(.budget(demand.budgets[0], isAlone: false), user: nil)
    #expect(
      budget.sentence
        == "tenant search may spend 50 USD a month, and what is left does not pay for this request, which may cost up to "
        + "0.0000006 USD; it is renewed at 2026-12-01T00:00:00.000Z")
    #expect(budget.renewsAt != nil && budget.limit == "50/month")
  }
}
