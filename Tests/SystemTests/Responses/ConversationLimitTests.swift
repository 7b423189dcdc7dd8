import Shared
import TestSupport
import Testing

@Suite("Changes of conversations in limits of requests")
struct ConversationLimitTests {
  private static let hi: JSONValue = ["items": [["role": "user", "content": "Hi"]]]

  @Test(
    "each takes one request of its key's and its tenant's and nothing else; reading and what is invalid take none"
  )
  func limits() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant(
        "search",
        [
          "limits": ["7 requests/day", "1 tokens/day", "1 queued"],
          "budgets": [["usd": 0.000001, "per": "day"]],
        ])
      let (_, key) = try await lab.makeKey(of: "search", ["limits": ["6 requests/day"]])
      let made = try await lab.call(.POST, "/v1/conversations", Self.hi, key: key)
      #expect(made.status == 200, "\(made.body)")
      #expect(made.headers["x-ratelimit-limit-requests"] == "6")
      let path = "/v1/conversations/\(try #require(made.json["id"]?.string))"
      #expect(try await lab.call(.POST, "\(path)/items", ["items": []], key: key).status == 400)
      #expect(try await lab.call(.DELETE, "\(path)0", key: key).status == 404)
      for left in ["4", "3"] {
        let added = try await lab.call(.POST, "\(path)/items", Self.hi, key: key)
        #expect(added.status == 200 && added.headers["x-ratelimit-remaining-requests"] == left)
      }
      let described = try await lab.call(.POST, path, ["metadata": ["topic": "sky"]], key: key)
      #expect(described.headers["x-ratelimit-remaining-requests"] == "2", "\(described.body)")
      let items = try await lab.get("\(path)/items", key: key).json["data"]?.array ?? []
      #expect(items.count == 3)
      let item = try #require(items.first?["id"]?.string)
      let removed = try await lab.call(.DELETE, "\(path)/items/\(item)", key: key)
      #expect(removed.headers["x-ratelimit-remaining-requests"] == "1", "\(removed.body)")
      let last = try await lab.call(.POST, "/v1/conversations", [:], key: key)
      #expect(last.headers["x-ratelimit-remaining-requests"] == "0", "\(last.body)")
      for refused in [
        try await lab.call(.POST, "/v1/conversations", [:], key: key),
        try await lab.call(.POST, "\(path)/items", Self.hi, key: key),
        try await lab.call(.POST, path, ["metadata": [:]], key: key),
        try await lab.call(.DELETE, "\(path)/items/\(try #require(items.last?["id"]?.string))", key: key),
        try await lab.call(.DELETE, path, key: key),
      ] {
        #expect(refused.status == 429 && refused.headers["retry-after"] != nil, "\(refused.body)")
        #expect(refused.headers["x-ratelimit-remaining-requests"] == "0")
        let error = refused.json["error"]
        #expect(error?["code"] == "rate_limit_exceeded" && error?["type"] == "rate_limit_error")
        #expect(error?["scope"] == "key" && error?["limit"] == "6 requests/day")
      }
      #expect(try await lab.get(path, key: key).json["metadata"] == ["topic": "sky"])
      #expect(try await lab.get("\(path)/items", key: key).json["data"]?.array?.count == 2)
      let (_, other) = try await lab.makeKey(of: "search")
      #expect(try await lab.call(.DELETE, path, key: other).status == 200)
      let over = try await lab.call(.POST, "/v1/conversations", [:], key: other)
      #expect(over.status == 429 && over.json["error"]?["scope"] == "tenant", "\(over.body)")
    }
  }

  @Test("they take of their user's, too, and of none that counts single models")
  func users() async throws {
    try await KeyLab.with(worker: false) { lab in
      try await lab.makeTenant(
        "search",
        [
          "user_limits": ["1 requests/day"],
          "limits": [["model": "gemini/*", "limit": "1 requests/day"]],
        ])
      let (_, key) = try await lab.makeKey(of: "search")
      func begin(_ user: String) async throws -> Int {
        try await lab.call(
          .POST, "/v1/conversations", [:], key: key, headers: ["X-Sluice-User": user]
        ).status
      }
      #expect(try await begin("anna") == 200)
      #expect(try await begin("anna") == 429)
      #expect(try await begin("bert") == 200)
      #expect(try await begin(String(repeating: "x", count: 257)) == 400)
    }
  }

  @Test("RATE_LIMIT counts them, and questions with them")
  func serviceKey() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["RATE_LIMIT": "2/hour"]) { _, api in
      #expect(try await api.post("/v1/conversations", [:]).status == 200)
      #expect(try await api.post("/v1/conversations", [:]).status == 200)
      let refused = try await api.post("/v1/responses", ["model": "default", "input": "Hi"])
      #expect(refused.status == 429, "\(refused.body)")
    }
  }
}
