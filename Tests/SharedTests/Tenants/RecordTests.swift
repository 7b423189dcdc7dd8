import Testing

@testable import Shared

@Suite("Records of tenants and keys")
struct RecordTests {
  /// 2026-11-28T03:16:34Z.
  private static let now: Int64 = 1_795_835_794_000

  private static let rules = RecordRules(
    now: now, knowsModel: { ["default", "smart", "openai/gpt-4o", "claude-*"].contains($0) },
    providers: ["openai", "groq"],
    guards: ["strict"],
    webhookFault: { $0.hasPrefix("https://") ? nil : "a webhook's URL is https" }, webhookEvents: ["budget"])

  private func key(
    _ json: JSONValue, _ rules: RecordRules = RecordTests.rules
  ) throws(RecordFaults) -> APIKey {
    let material = KeyMaterial()
    return try APIKey(
      creating: json, id: KeyID(unixMilliseconds: Self.now), material: material,
      digest: KeyDigest(of: material.secret, under: .init(data: Array("0123456789abcdef".utf8))), under: rules
    )
  }

  private func faults(of read: () throws(RecordFaults) -> Void) -> [String] {
    do {
      try read()
      return []
    } catch { return error.list.map(\.path) }
  }

  private let full: JSONValue = [
    "id": "search", "name": "Search", "enabled": false, "limits": ["100 requests/minute", "5 running"],
    "budgets": ["50/month", ["usd": 5, "per": "day", "kind": "soft", "model": "smart"]],
    "user_limits": [["limit": "10 requests/hour", "model": "openai/gpt-4o"]], "user_budgets": ["1/day"],
    "models": ["smart", "claude-*"], "lane": "batch", "weight": 3, "cache": "team",
    "timezone": "Europe/Berlin",
    "unpriced": "refuse", "on_budget": "wait", "provider_keys": ["openai": "search-openai"],
    "retention": ["results": 60], "guards": ["strict"],
    "webhooks": [["url": "https://example.com/hook", "events": ["budget"]]], "metadata": ["owner": "anna"],
  ]

  @Test("a tenant has all that was said of it, and is the same when it is read from the store")
  func tenant() throws {
    let tenant = try Tenant(creating: full, under: Self.rules)
    #expect(tenant.isEnabled == false)
    #expect(tenant.budgets.map(\.kind) == [.hard, .soft])
    #expect(tenant.userLimits.first?.model == "openai/gpt-4o")
    #expect(tenant.cache == .group("team"))
    #expect(tenant.retention.results == .seconds(60))
    #expect(tenant.createdAt == Self.now)
    let stored = try JSONParser.parse(tenant.json.serialized())
    #expect(try Tenant(stored: stored) == tenant)
    for name in (full.object ?? [:]).keys where !name.hasSuffix("budgets") {
      #expect(stored[name] == full[name], "\(name)")
    }
  }

  @Test("a tenant of its id alone is bounded by nothing")
  func bareTenant() throws {
    let tenant = try Tenant(creating: ["id": "search"], under: Self.rules)
    var expected = Tenant(id: try #require(TenantID(rawValue: "search")))
    expected.createdAt = Self.now
    expected.updatedAt = Self.now
    #expect(tenant == expected)
    #expect(tenant.json["models"] == ["*"])
  }

  @Test("a key has all that was said of it, and the shown form has no digest")
  func keyForms() throws {
    let json: JSONValue = [
      "tenant": "search", "name": "CI", "scopes": ["read", "ask"], "expires_at": "2027-01-01T00:00:00.250Z",
      "limits": ["5 running"], "budgets": ["1/day"], "models": ["smart"], "networks": ["10.0.0.0/8", "::1"],
      "guards": ["strict"], "cache": "off", "lane": "batch", "enabled": true, "metadata": ["a": 1],
    ]
    var key = try key(json)
    key = key.rotated(
      to: KeyDigest(of: Secret("another"), under: .init(data: Array("0123456789abcdef".utf8))), hint: "h",
      at: Self.now, overlap: .seconds(60))
    let stored = try JSONParser.parse(key.stored.serialized())
    #expect(try APIKey(stored: stored) == key)
    let shown = key.shown(lastUsedAt: nil)
    #expect(shown["digest"] == nil && shown["replaced"] == nil)
    #expect(shown["last_used_at"] == .some(.null))
    #expect(shown["scopes"] == ["ask", "read"])
    #expect(shown["expires_at"] == "2027-01-01T00:00:00.250Z")
    #expect(!"\(shown)".contains(key.digest.description))
  }

  @Test("a key made without scopes asks and reads, and one without tenant is what the rules say")
  func usualKey() throws {
    #expect(try key(["tenant": "search"]).scopes == [.ask, .read])
    #expect(faults { () throws(RecordFaults) in _ = try key([:]) } == ["tenant"])
    var rules = Self.rules
    rules.usualTenant = .one(.default)
    #expect(try key([:], rules).tenant == .one(.default))
  }

  @Test(
    "what is wrong with a key is said with its place",
    arguments: [
      (["scopes": ["ask", "fly"]], "scopes[1]"), (["scopes": []], "scopes"), (["scopes": "ask"], "scopes"),
      (["models": ["smart", "gpt-9"]], "models[1]"), (["models": []], "models"),
      (["models": ["a b"]], "models[0]"),
      (["limits": [["limit": "5 running", "model": "gpt-9"]]], "limits[0].model"),
      (["limits": ["0 running"]], "limits[0]"), (["limits": ["1000000000000000000 queued"]], "limits[0]"),
      (["limits": ["5 running", "6 running"]], "limits[1]"), (["limits": "5 running"], "limits"),
      (["budgets": ["50$/month"]], "budgets[0]"),
      (["budgets": [["usd": -1, "per": "day"]]], "budgets[0].usd"),
      (["budgets": ["1/day", "2/day"]], "budgets[1]"),
      (["expires_at": "2020-01-01T00:00:00Z"], "expires_at"), (["expires_at": "tomorrow"], "expires_at"),
      (["expires_at": 1_795_835_794], "expires_at"), (["expires_at": "2027-02-30T00:00:00Z"], "expires_at"),
      (["name": .string(String(repeating: "x", count: 10_240))], "name"), (["name": "a\u{1B}[31m"], "name"),
      (["name": "a\nb"], "name"), (["name": "a\u{202E}b"], "name"), (["name": " "], "name"),
      (["name": ""], "name"),
      (["name": 5], "name"),
      (["networks": ["10.0.0.0/33"]], "networks[0]"), (["networks": ["everywhere"]], "networks[0]"),
      (["guards": ["lax"]], "guards[0]"), (["cache": "No Such Name"], "cache"), (["lane": "fast"], "lane"),
      (["enabled": "yes"], "enabled"), (["metadata": "x"], "metadata"),
      (["metadata": ["x": .string(String(repeating: "x", count: 9000))]], "metadata"),
      (["tenant": "A"], "tenant"), (["tenant": 1], "tenant"), (["tenant": "*"], "scopes"),
      (["tenant": "*", "scopes": ["admin:all", "read"]], "scopes"),
      (["id": "key_1"], "id"), (["digest": "00"], "digest"), (["budget": "50/month"], "budget"),
    ] as [(JSONObject, String)])
  func wrongKeys(members: JSONObject, path: String) {
    let json = JSONObject(uniqueKeysWithValues: [("tenant", "search")]).merging(members) { _, new in new }
    #expect(faults { () throws(RecordFaults) in _ = try key(.object(json)) } == [path])
  }

  @Test(
    "what is wrong with a tenant is said with its place",
    arguments: [
      (["id": "Search"], "id"), (["id": .null], "id"), (["id": 5], "id"),
      (["timezone": "Mars/Phobos"], "timezone"),
      (["timezone": "GMT+3"], "timezone"), (["weight": 0], "weight"), (["weight": 1.5], "weight"),
      (["weight": "1"], "weight"), (["unpriced": "maybe"], "unpriced"),
      (["on_budget": "ignore"], "on_budget"),
      (["provider_keys": ["openai": "../../etc/passwd"]], "provider_keys.openai"),
      (["retention": ["results": 0]], "retention.results"), (["retention": ["logs": 5]], "retention.logs"),
      (["webhooks": [["url": "http://x"]]], "webhooks[0].url"), (["webhooks": [[:]]], "webhooks[0].url"),
      (["webhooks": [["url": "https://x", "events": ["budget", "party"]]]], "webhooks[0].events[1]"),
      (["user_limits": ["fast"]], "user_limits[0]"), (["user_budgets": ["5"]], "user_budgets[0]"),
      (["scopes": ["ask"]], "scopes"),
    ] as [(JSONObject, String)])
  func wrongTenants(members: JSONObject, path: String) {
    let json = JSONObject(uniqueKeysWithValues: [("id", "search")]).merging(members) { _, new in new }
    #expect(
      faults { () throws(RecordFaults) in _ = try Tenant(creating: .object(json), under: Self.rules) } == [
        path
      ])
  }

  @Test("all faults are told at once, in bounds, and none repeats a long text")
  func manyFaults() {
    let names = (0..<1000).map { JSONValue.string("no\($0)" + String(repeating: "x", count: 200)) }
    do {
      _ = try Tenant(
        creating: ["id": "A", "weight": 0, "models": .array(names)], under: Self.rules)
      Issue.record("it is refused")
    } catch {
      #expect(error.list.count == RecordFaults.most)
      #expect(error.list.allSatisfy { $0.sentence.utf8.count < 300 })
    }
  }

  @Test("a fault's JSON has loc, msg and type")
  func faultJSON() {
    let fault = RecordFault(.missing, "it is needed", at: [.name("limits"), .index(0)])
    #expect(fault.json == ["loc": ["body", "limits", 0], "msg": "it is needed", "type": "missing"])
  }

  @Test("a merge patch changes what it names, and null takes away")
  func patches() throws {
    var rules = Self.rules
    rules.now = Self.now + 1000
    let tenant = try Tenant(creating: full, under: Self.rules)
    let patched = try tenant.patched(
      by: [
        "weight": 5, "lane": .null, "metadata": ["owner": .null, "cost_center": 7], "limits": ["1 running"],
      ],
      under: rules)
    var expected = tenant
    expected.weight = 5
    expected.lane = nil
    expected.metadata = ["cost_center": 7]
    expected.limits = [Limit(1, .running)]
    expected.updatedAt = rules.now
    #expect(patched == expected)
  }

  @Test("what a patch does not name is not checked again: an expired key may be renamed")
  func untouchedMembers() throws {
    let key = try key(["tenant": "search", "expires_at": "2027-01-01T00:00:00Z", "models": ["smart"]])
    let later = RecordRules(now: Self.now * 2, knowsModel: { _ in false })
    #expect(try key.patched(by: ["name": "old"], under: later).name == "old")
    #expect(
      faults { () throws(RecordFaults) in
        _ = try key.patched(by: ["expires_at": "2027-01-01T00:00:00Z"], under: later)
      }
        == ["expires_at"])
    #expect(try key.patched(by: ["expires_at": .null], under: later).expiresAt == nil)
  }

  @Test("a record that was read may be sent back as it is, but what nobody sets cannot be changed")
  func fixedMembers() throws {
    let key = try key(["tenant": "search"])
    #expect(try key.patched(by: key.shown(lastUsedAt: 5), under: Self.rules) == key)
    for name in ["id", "hint", "created_at", "updated_at", "digest", "replaced"] {
      let changed = faults { () throws(RecordFaults) in
        _ = try key.patched(by: .object([name: "x"]), under: Self.rules)
      }
      #expect(changed == [name])
    }
    #expect(
      faults { () throws(RecordFaults) in _ = try key.patched(by: ["tenant": "other"], under: Self.rules) }
        == ["tenant"])
    #expect(
      faults { () throws(RecordFaults) in _ = try key.patched(by: ["tenant": .null], under: Self.rules) } == [
        "tenant"
      ])
    let tenant = try Tenant(creating: full, under: Self.rules)
    #expect(try tenant.patched(by: tenant.json, under: Self.rules) == tenant)
    #expect(
      faults { () throws(RecordFaults) in _ = try tenant.patched(by: ["id": "other"], under: Self.rules) }
        == ["id"])
  }

  @Test("what is no object is refused", arguments: [nil, 5, "x", [], true] as [JSONValue])
  func noObjects(json: JSONValue) throws {
    #expect(faults { () throws(RecordFaults) in _ = try key(json) } == [""])
    let made = try key(["tenant": "search"])
    #expect(faults { () throws(RecordFaults) in _ = try made.patched(by: json, under: Self.rules) } == [""])
  }

  @Test("a stored record with members of a newer version is read, and a damaged one is not")
  func store() throws {
    let key = try key(["tenant": "search"])
    var members = try #require(key.stored.object)
    members["colour"] = "green"
    #expect(try APIKey(stored: .object(members)) == key)
    members["digest"] = "00"
    #expect(!faults { () throws(RecordFaults) in _ = try APIKey(stored: .object(members)) }.isEmpty)
    #expect(!faults { () throws(RecordFaults) in _ = try Tenant(stored: [:]) }.isEmpty)
  }

  // MARK: - Keys of providers

  @Test("a tenant brings keys of providers that there are; of a copy others are remarked")
  func providerKeys() throws {
    let record: JSONValue = ["id": "search", "provider_keys": ["openai": "a", "opneai": "b"]]
    let error = #expect(throws: RecordFaults.self) { try Tenant(creating: record, under: Self.rules) }
    #expect(error?.list.map(\.path) == ["provider_keys.opneai"])
    #expect(error?.list.first?.sentence == #"there is no provider "opneai" here; there are openai, groq"#)
    var remarks: [RecordFault] = []
    let brought = try Tenant(archived: record, under: Self.rules, remarks: &remarks)
    #expect(brought.providerKeys == ["openai": "a", "opneai": "b"])
    #expect(remarks.map(\.path) == ["provider_keys.opneai"])
    #expect(try Tenant(stored: record).providerKeys.count == 2)
    // What was stored stays where a change does not name it.
    #expect(try brought.patched(by: ["name": "x"], under: Self.rules).providerKeys.count == 2)
  }

  // MARK: - Rotation

  @Test("the old key is good for the overlap, and no longer than the record")
  func rotation() throws {
    let key = try key(["tenant": "search", "expires_at": "2026-11-28T04:16:34Z"])
    let pepper = KeyDigest(of: Secret("next"), under: .init(data: Array("0123456789abcdef".utf8)))
    let rotated = key.rotated(to: pepper, hint: "h", at: Self.now, overlap: .seconds(60))
    #expect(rotated.goodUntil(for: pepper) == Self.now + 3_600_000)
    #expect(rotated.goodUntil(for: key.digest) == Self.now + 60_000)
    let long = key.rotated(to: pepper, hint: "h", at: Self.now, overlap: .seconds(7200))
    #expect(long.goodUntil(for: key.digest) == Self.now + 3_600_000)
    let atOnce = rotated.rotated(to: key.digest, hint: "h", at: Self.now, overlap: .zero)
    #expect(atOnce.goodUntil(for: pepper) == nil)
    #expect(atOnce.replaced.isEmpty)
  }
}
