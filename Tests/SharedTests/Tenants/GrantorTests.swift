import Testing

@testable import Shared

@Suite("Nobody gives beyond his own")
struct GrantorTests {
  private func key(_ tenant: String = "search", _ change: (inout APIKey) -> Void = { _ in }) throws -> APIKey
  {
    let material = KeyMaterial()
    var key = APIKey(
      id: KeyID(unixMilliseconds: 1), tenant: try #require(TenantReach(parsing: tenant)),
      digest: KeyDigest(of: material.secret, under: .init(data: Array("0123456789abcdef".utf8))),
      hint: material.hint, createdAt: 1)
    change(&key)
    return key
  }

  private func beyond(_ grantor: APIKey, _ given: APIKey) -> [String] {
    Grantor(grantor).beyond(given).map(\.path)
  }

  @Test("the operator gives anything")
  func operatorGives() throws {
    let any = try key("*") { $0.scopes = Set(Scope.allCases) }
    #expect(Grantor.operator.beyond(any).isEmpty)
  }

  @Test("who manages a team's keys makes such that ask and read, for this tenant alone")
  func teamAdmin() throws {
    let admin = try key { $0.scopes = [.adminKeys] }
    #expect(beyond(admin, try key()).isEmpty)
    #expect(beyond(admin, try key { $0.scopes = [.adminKeys] }).isEmpty)
    #expect(beyond(admin, try key("other")) == ["tenant"])
    #expect(beyond(admin, try key("*") { $0.scopes = [.adminRead] }) == ["tenant"])
    for scope in [Scope.adminAll, .adminOperate, .contents] {
      #expect(beyond(admin, try key { $0.scopes = [scope] }) == ["scopes"], "\(scope)")
    }
    #expect(beyond(try key { $0.scopes = [.adminRead] }, try key()) == ["scopes", "scopes"])
  }

  @Test("each limit and hard budget of his own is in what he gives, or a tighter one")
  func bounds() throws {
    let admin = try key {
      $0.scopes = [.adminKeys]
      $0.limits = [Limit(10, .requests(.minute)), Limit(5, .running, model: "smart")]
      $0.budgets = [
        Budget(NanoDollars(rawValue: 50), per: .month), Budget(NanoDollars(rawValue: 1), per: .day, .soft),
      ]
    }
    #expect(beyond(admin, try key()) == ["limits", "limits", "budgets"])
    let tighter = try key {
      $0.limits = [Limit(9, .requests(.minute)), Limit(5, .running)]
      $0.budgets = [Budget(NanoDollars(rawValue: 50), per: .month)]
    }
    #expect(beyond(admin, tighter).isEmpty)
    let wider = try key {
      $0.limits = [Limit(11, .requests(.minute)), Limit(5, .running, model: "other")]
      $0.budgets = [Budget(NanoDollars(rawValue: 50), per: .month, .soft)]
    }
    #expect(beyond(admin, wider) == ["limits", "limits", "budgets"])
  }

  @Test("models are no more than his own")
  func models() throws {
    let admin = try key {
      $0.scopes = [.adminKeys]
      $0.models = AllowedModels(names: ["smart", "claude-*"])
    }
    #expect(beyond(admin, try key { $0.models = AllowedModels(names: ["claude-3-*", "smart"]) }).isEmpty)
    #expect(beyond(admin, try key()) == ["models"])
    #expect(beyond(admin, try key { $0.models = AllowedModels(names: ["fast"]) }) == ["models"])
  }

  @Test("no key lives longer than his own, or is good in more networks")
  func endAndNetworks() throws {
    let networks = ["10.0.0.0/8", "2001:db8::/32"].compactMap(ClientNetwork.init(parsing:))
    let admin = try key {
      $0.scopes = [.adminKeys]
      $0.expiresAt = 100
      $0.networks = networks
    }
    func given(_ end: Int64?, _ networks: String...) throws -> APIKey {
      try key {
        $0.expiresAt = end
        $0.networks = networks.compactMap(ClientNetwork.init(parsing:))
      }
    }
    #expect(beyond(admin, try given(100, "10.1.0.0/16", "2001:db8::7")).isEmpty)
    #expect(beyond(admin, try given(nil)) == ["expires_at", "networks"])
    #expect(beyond(admin, try given(101, "10.0.0.0/8", "0.0.0.0/0")) == ["expires_at", "networks"])
    #expect(beyond(admin, try given(1, "10.0.0.0/7")) == ["networks"])
    // Not of his own either.
    var own = admin
    own.expiresAt = nil
    own.networks = []
    #expect(Grantor(admin).beyond(own, before: admin).map(\.path) == ["expires_at", "networks"])
    // What he does not touch of another's may stay, for he gets no key by that.
    var other = try given(nil)
    other.name = "old"
    var renamed = other
    renamed.name = "new"
    #expect(Grantor(admin).beyond(renamed, before: other).isEmpty)
    #expect(Grantor(admin).beyond(renamed).map(\.path) == ["expires_at", "networks"])
  }

  @Test("records of usage go sooner only where an administrator of all tenants says so")
  func retention() throws {
    let grantor = Grantor(try key { $0.scopes = [.adminAll] })
    var old = Tenant(id: try #require(TenantID(rawValue: "search")))
    func paths(_ usage: Duration?) -> [String] {
      var new = old
      new.retention = Tenant.Retention(results: .seconds(1), events: .seconds(1), usage: usage)
      return grantor.beyond(new, before: old).map(\.path)
    }
    #expect(paths(nil).isEmpty && paths(.seconds(1000)) == ["retention.usage"])
    old.retention.usage = .seconds(1000)
    #expect(paths(.seconds(1000)).isEmpty && paths(.seconds(1001)).isEmpty && paths(nil).isEmpty)
    #expect(paths(.seconds(999)) == ["retention.usage"])
  }

  @Test("an administrator of one tenant narrows it and never widens it")
  func tenants() throws {
    let grantor = Grantor(try key { $0.scopes = [.adminAll] })
    var old = Tenant(id: try #require(TenantID(rawValue: "search")))
    old.limits = [Limit(100, .requests(.minute))]
    old.models = AllowedModels(names: ["smart", "fast"])
    old.guards = ["strict"]
    old.unpriced = .refuse
    var narrower = old
    narrower.limits = [Limit(50, .requests(.minute)), Limit(5, .running)]
    narrower.models = AllowedModels(names: ["smart"])
    narrower.cache = .off
    old.userLimits = [Limit(9, .running)]
    old.userBudgets = [Budget(NanoDollars(rawValue: 5), per: .day)]
    narrower.userLimits = [Limit(5, .running)]
    narrower.userBudgets = [Budget(NanoDollars(rawValue: 4), per: .day)]
    #expect(grantor.beyond(narrower, before: old).isEmpty)
    var wider = old
    wider.limits = []
    wider.userLimits = [Limit(10, .running)]
    wider.userBudgets = []
    wider.models = .all
    wider.weight = 2
    wider.cache = .group("all")
    wider.unpriced = .allow
    wider.guards = []
    wider.providerKeys = ["openai": "other"]
    wider.timeZone = "Pacific/Honolulu"
    #expect(
      Set(grantor.beyond(wider, before: old).map(\.path))
        == [
          "limits", "user_limits", "user_budgets", "models", "weight", "cache", "unpriced", "guards",
          "provider_keys", "timezone",
        ])
    #expect(Grantor.operator.beyond(wider, before: old).isEmpty)
    #expect(grantor.beyond(Tenant(id: .default), before: Tenant(id: .default)).map(\.path) == ["id"])
  }

  @Test(
    "an administrator with bounds of his own gives no tenant more than he has, whether of all tenants or of one",
    arguments: ["*", "search"])
  func boundedAdministrators(reach: String) throws {
    let grantor = Grantor(
      try key(reach) {
        $0.scopes = [.adminAll]
        $0.limits = [Limit(10, .requests(.minute))]
        $0.budgets = [Budget(NanoDollars(rawValue: 100), per: .day)]
        $0.models = AllowedModels(names: ["smart"])
      })
    let id = try #require(TenantID(rawValue: "search"))
    var old = Tenant(id: id)
    old.weight = 2
    var wider = old
    wider.limits = [Limit(1000, .requests(.minute))]
    wider.budgets = [Budget(NanoDollars(rawValue: 100), per: .day, .soft)]
    wider.models = AllowedModels(names: ["smart", "fast"])
    wider.weight = 3
    let members: Set = ["limits", "budgets", "models", "weight"]
    #expect(Set(grantor.beyond(wider, before: old).map(\.path)) == members)
    if reach == "*" { #expect(Set(grantor.beyond(wider, before: nil).map(\.path)) == members) }
    // What he leaves as it is was given by others.
    var renamed = old
    renamed.name = "new"
    #expect(grantor.beyond(renamed, before: old).isEmpty)
    var within = old
    within.limits = [Limit(10, .requests(.minute))]
    within.budgets = [Budget(NanoDollars(rawValue: 99), per: .day)]
    within.models = AllowedModels(names: ["smart"])
    within.weight = 1
    #expect(grantor.beyond(within, before: old).isEmpty)
  }

  @Test("an administrator of all tenants without bounds of his own gives what he likes")
  func unboundedAdministrators() throws {
    let grantor = Grantor(try key("*") { $0.scopes = [.adminAll] })
    var old = Tenant(id: try #require(TenantID(rawValue: "search")))
    old.limits = [Limit(1, .running)]
    old.userLimits = [Limit(1, .running)]
    var new = Tenant(id: old.id)
    new.weight = 100
    #expect(grantor.beyond(new, before: old).isEmpty && grantor.beyond(new, before: nil).isEmpty)
  }
}
