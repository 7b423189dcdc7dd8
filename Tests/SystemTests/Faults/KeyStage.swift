import NIOCore
import Shared
import TestSupport

/// Tenants, keys and their bounds for a run under faults: each kind of limit and budget at each level, so that all are
/// asked for more than they give.
struct KeyStage {
  private(set) var scene = KeyScene()
  private(set) var askers: [KeyLoad.Asker] = []
  private let api: SluiceAPI

  /// What an answer to a question of either kind uses, as the simulator is told: less than is reserved, or more.
  static let less = TokenUsage(promptTokens: 10, completionTokens: 20)
  static let more = TokenUsage(promptTokens: 30, completionTokens: 90)

  /// By the estimate, a token for four characters and four for a turn: `less 1234567` or `more 1234567`.
  static let prompt = 12 / 4 + 4
  /// What a question reserves: its prompt, and the longest answer that it allows.
  static let reserved = prompt + 40

  static func rules(latency: Int64) -> JSONValue {
    func behaviour(_ usage: TokenUsage) -> JSONValue {
      [
        "latency_ms": .integer(latency),
        "usage": [
          "prompt": .integer(Int64(usage.promptTokens)),
          "completion": .integer(Int64(usage.completionTokens)),
        ],
      ]
    }
    return [
      ["provider": "*", "prompt_contains": "more ", "behaviour": behaviour(more)],
      ["provider": "*", "behaviour": behaviour(less)],
    ]
  }

  private static let small = "groq/llama-3.1-8b-instant"
  private static let large = "groq/llama-3.3-70b-versatile"
  private static let other = "gemini/gemini-2.5-flash-lite"

  /// Makes all of it. Budgets are so large that they are spent before so many minutes are over.
  static func make(by api: SluiceAPI, minutes: Double) async throws -> KeyStage {
    var stage = KeyStage(api: api)
    try await stage.addRequests()
    try await stage.addTokens()
    try await stage.addCrowd()
    try await stage.addMoney { Int64(Double($0) * minutes) / 1000 * 1000 }
    return stage
  }

  private init(api: SluiceAPI) { self.api = api }

  private mutating func addRequests() async throws {
    let tenant = "requests"
    try await add(
      tenant, limits: ["900 requests/minute", "20000 requests/day"],
      userLimits: ["4 requests/second", "150 requests/minute"])
    let keys: [[(limit: String, model: String?)]] = [
      [("8 requests/second", nil)], [("300 requests/minute", "groq/*"), ("7 requests/second", Self.other)],
      [("60 requests/hour", nil)],
    ]
    for limits in keys {
      try await addKey(
        of: tenant, limits, users: ["anna", "bert", "cleo", "dora"], models: [Self.small, Self.other],
        kinds: ["less", "more"])
    }
  }

  private mutating func addTokens() async throws {
    let tenant = "tokens"
    try await add(tenant, limits: ["24000 tokens/minute"], userLimits: ["3000 tokens/minute"])
    for limits in [["500 tokens/second"], ["9000 tokens/minute", "5 requests/second"]] {
      try await addKey(
        of: tenant, limits.map { ($0, nil) }, users: ["emil", "fred"], models: [Self.small],
        kinds: ["less", "more"])
    }
  }

  /// Budgets that are spent on the way, the tenant's last.
  private mutating func addMoney(_ scaled: (Int64) -> Int64) async throws {
    let tenant = "money"
    let owner = KeyScene.owner(tenant: tenant)
    try await add(
      tenant, limits: [],
      budgets: [
        KeyBound(budget: scaled(700_000), per: "life", of: owner, scope: "tenant"),
        KeyBound(budget: scaled(350_000), per: "life", isHard: false, of: owner, scope: "tenant"),
      ])
    try await addKey(
      of: tenant, [], budget: (scaled(60_000), "life"), models: [Self.small], kinds: ["less"])
    try await addKey(of: tenant, [], budget: (scaled(90_000), "day"), models: [Self.small], kinds: ["less"])
    try await addKey(of: tenant, [], models: [Self.small, Self.large], kinds: ["less"])
  }

  /// So many at once, and a budget that is never spent.
  private mutating func addCrowd() async throws {
    let tenant = "crowd"
    try await add(
      tenant, limits: ["6 running", "30 queued"],
      budgets: [
        KeyBound(
          budget: 1_000_000_000, per: "life", of: KeyScene.owner(tenant: tenant), scope: "tenant")
      ])
    try await addKey(of: tenant, [("2 running", nil)], models: [Self.small], kinds: ["less"])
    try await addKey(of: tenant, [("2 KiB queued", nil)], models: [Self.small], kinds: ["less"])
    try await addKey(of: tenant, [], models: [Self.small, Self.large], kinds: ["less"])
  }

  // MARK: - What administrators ask

  private mutating func add(
    _ tenant: String, limits: [String], userLimits: [String] = [], budgets: [KeyBound] = []
  ) async throws {
    let owner = KeyScene.owner(tenant: tenant)
    let all = [KeyScene.clock] + limits
    scene.tenants[tenant] = all.map { KeyBound(limit: $0, of: owner, scope: "tenant") } + budgets
    scene.users[tenant] = userLimits
    try await post(
      "/admin/tenants",
      [
        "id": .string(tenant), "limits": .array(all.map { .string($0) }),
        "user_limits": .array(userLimits.map { .string($0) }), "budgets": .array(budgets.map(Self.json)),
      ])
  }

  private mutating func addKey(
    of tenant: String, _ limits: [(limit: String, model: String?)],
    budget: (nanos: Int64, period: String)? = nil,
    users: [String] = [], models: [String], kinds: [String]
  ) async throws {
    var body: JSONObject = ["tenant": .string(tenant)]
    body["limits"] = .array(
      limits.map { limit, model in
        model.map { ["limit": .string(limit), "model": .string($0)] } ?? .string(limit)
      })
    let budgets = { (owner: String) in
      budget.map { [KeyBound(budget: $0.nanos, per: $0.period, of: owner, scope: "key")] } ?? []
    }
    body["budgets"] = .array(budgets("").map(Self.json))
    let made = try await post("/admin/keys", .object(body))
    guard let id = made["id"]?.string, let key = made["key"]?.string else {
      throw HTTPReply.Failure(description: "no key was made")
    }
    let owner = KeyScene.owner(key: id)
    scene.keys[id] =
      limits.map { KeyBound(limit: $0.limit, of: owner, scope: "key", model: $0.model) } + budgets(owner)
    askers.append(
      KeyLoad.Asker(tenant: tenant, keyID: id, key: key, users: users, models: models, kinds: kinds))
  }

  /// As it is written: `0.008/life`.
  private static func json(_ budget: KeyBound) -> JSONValue {
    guard budget.measure == .softBudget else { return .string(budget.text) }
    return ["usd": .double(Double(budget.most) / 1e9), "per": "life", "kind": "soft"]
  }

  @discardableResult
  private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
    let reply = try await api.post(path, body, headers: ["X-API-Key": "admin-key"])
    guard reply.status == 201 else { throw HTTPReply.Failure(description: "\(path): \(reply.body)") }
    return reply.json
  }
}
