import Shared
import TestSupport
import Testing

@Suite("What a key may ask, and how much")
struct KeyBoundsTests {
  @Test("a refusal says whose limit it is and when to come back; the headers tell the tightest")
  func limits() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["limits": ["100 requests/day", "1000000 tokens/day"]])
      let (_, key) = try await lab.makeKey(of: "search", ["name": "bot", "limits": ["2 requests/day"]])
      let first = try await lab.ask(key)
      #expect(first.headers["ratelimit-limit"] == "2" && first.headers["ratelimit-remaining"] == "1")
      #expect(first.headers["x-ratelimit-limit-tokens"] == "1000000")
      #expect(try await lab.ask(key).status == 200)
      let refused = try await lab.ask(key)
      #expect(refused.status == 429 && refused.json["limit"] == "2 requests/day")
      #expect(refused.json["scope"] == "key" && refused.headers["retry-after"] != nil)
      #expect(
        refused.json["detail"]?.string?.hasPrefix(
          "Key \"bot\" may ask 2 requests a day; the next is possible in")
          == true)
      let left = try await lab.get("/usage/limits", key: key).json
      #expect(left["tenant"] == "search" && left["limits"]?.array?.count == 3)
      let own = left["limits"]?.array?.first { $0["scope"] == "key" }
      #expect(own?["used"] == 2 && own?["limit"] == "2 requests/day")
    }
  }

  @Test("a user's limits are that user's alone, however the client names it")
  func users() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant(
        "search", ["limits": ["100 requests/day"], "user_limits": ["1 requests/day", "5000 tokens/day"]])
      let (_, key) = try await lab.makeKey(of: "search")
      #expect(try await lab.ask(key, headers: ["X-Sluice-User": "anna"]).status == 200)
      let body: JSONValue = [
        "model": "default", "user": "anna", "messages": [["role": "user", "content": "Why?"]],
      ]
      let refused = try await lab.call(.POST, "/v1/chat/completions", body, key: key)
      #expect(refused.status == 429 && refused.json["error"]?["code"] == "rate_limit_exceeded")
      #expect(refused.headers["ratelimit-limit"] == "1" && refused.headers["ratelimit-remaining"] == "0")
      let other = try await lab.call(
        .POST, "/v1/chat/completions", body, key: key, headers: ["X-Sluice-User": "bert"])
      #expect(other.status == 200)
      #expect(try await lab.ask(key).status == 200, "who names nobody is bounded by none of them")
      let long: JSONValue = [
        "model": "default", "max_tokens": 6000, "messages": [["role": "user", "content": "Why?"]],
      ]
      let alone = try await lab.call(
        .POST, "/v1/chat/completions", long, key: key, headers: ["X-Sluice-User": "carl"])
      #expect(alone.status == 429 && alone.headers["x-should-retry"] == "false")
      #expect(alone.headers["x-ratelimit-limit-tokens"] == "5000")
      let tooLong = String(repeating: "x", count: 257)
      #expect(try await lab.ask(key, headers: ["X-Sluice-User": tooLong]).status == 422)
    }
  }

  @Test("a spent budget is 402, and to OpenAI's clients a 429 that they do not send again")
  func budgets() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["budgets": [["usd": 0.000001, "per": "month"]]])
      let (_, key) = try await lab.makeKey(of: "search")
      let refused = try await lab.ask(key)
      #expect(refused.status == 402 && refused.json["type"] == "/problems/budget-exceeded")
      #expect(refused.json["scope"] == "tenant" && refused.headers["x-should-retry"] == "false")
      let openAI = try await lab.call(
        .POST, "/v1/chat/completions",
        ["model": "default", "messages": [["role": "user", "content": "Why?"]]], key: key)
      #expect(openAI.status == 429 && openAI.headers["x-should-retry"] == "false")
      #expect(openAI.json["error"]?["type"] == "insufficient_quota")
      #expect(openAI.json["error"]?["code"] == "insufficient_quota")
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["budgets": ["5/month"]]).status == 200)
      #expect(try await lab.ask(key).status == 200)
      let left = try await lab.call(.GET, "/admin/tenants/search").json["left"]?["budgets"]?[0]
      #expect(left?["usd"] == 5 && (left?["used"]?.double ?? 0) > 0 && left?["reserved"]?.double == 0)
    }
  }

  @Test("a key sees and asks the models that it and its tenant allow")
  func models() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["models": ["groq/*", "gemini/*"]])
      let (_, key) = try await lab.makeKey(of: "search", ["models": ["groq/*", "openrouter/*"]])
      let listed = try await lab.get("/v1/models", key: key).json["data"]?.array ?? []
      #expect(!listed.isEmpty)
      #expect(listed.allSatisfy { $0["id"]?.string?.hasPrefix("groq/") == true })
      let providers = try await lab.get("/providers", key: key).json["providers"]?.array
      #expect(providers?.compactMap { $0["name"]?.string } == ["groq"])
      let open = try await lab.api.get("/providers", headers: ["X-API-Key": ""])
      #expect(open.json["providers"]?.array?.count == 3)
      #expect(try await lab.api.get("/providers", headers: ["X-API-Key": "wrong"]).status == 401)
      #expect(try await lab.get("/v1/models/default", key: key).status == 404)
      let refused = try await lab.ask(key)
      #expect(
        refused.status == 403
          && refused.json["detail"]?.string?.hasPrefix("Tenant search may not ask") == true)
    }
  }

  @Test("a key that may only ask reads and cancels what it made itself; one that may only read asks nothing")
  func scopes() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant("search")
      let (_, asker) = try await lab.makeKey(of: "search", ["scopes": ["ask"]])
      let (_, other) = try await lab.makeKey(of: "search", ["scopes": ["ask"]])
      let (_, reader) = try await lab.makeKey(of: "search", ["scopes": ["read"]])
      let made = try await lab.call(.POST, "/jobs", ["prompt": "Why?"], key: asker)
      let path = try #require(made.headers["location"])
      #expect(try await lab.get(path, key: asker).status == 200)
      #expect(try await lab.get(path, key: reader).status == 200)
      #expect(try await lab.get(path, key: other).status == 404)
      #expect(try await lab.get("\(path)/events", key: other).status == 404)
      #expect(try await lab.get("/jobs", key: other).json["data"] == [])
      #expect(try await lab.get("/jobs", key: asker).json["data"]?.array?.count == 1)
      #expect(try await lab.call(.DELETE, path, key: other).status == 404)
      #expect(try await lab.call(.DELETE, path, key: reader).status == 403)
      #expect(try await lab.ask(reader).status == 403)
      #expect(try await lab.call(.DELETE, path, key: asker).status == 200)
    }
  }

  @Test("a key is good in its networks alone")
  func networks() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let (_, here) = try await lab.makeKey(of: "search", ["networks": ["127.0.0.0/8"]])
      let (_, elsewhere) = try await lab.makeKey(of: "search", ["networks": ["192.0.2.0/24"]])
      #expect(try await lab.ask(here).status == 200)
      let refused = try await lab.ask(elsewhere)
      #expect(refused.status == 403 && refused.json["detail"] == "This key may not be used from 127.0.0.1.")
    }
  }

  @Test("the cache stays within a tenant, or a group of them")
  func cache() async throws {
    try await KeyLab.with { lab in
      for (tenant, cache) in [("a", "shared"), ("b", "shared"), ("c", "own"), ("d", "off")] {
        try await lab.makeTenant(tenant, ["cache": .string(cache)])
      }
      var said: [String?] = []
      for tenant in ["a", "b", "c", "c", "d", "d"] {
        let (_, key) = try await lab.makeKey(of: tenant)
        let reply = try await lab.call(.POST, "/query", ["prompt": "The same"], key: key)
        said.append(reply.headers["x-cache"])
      }
      #expect(said == ["miss", "hit", "miss", "hit", "off", "off"])
    }
  }
}
