import Shared
import TestSupport
import Testing

@Suite("POST /v1/messages/count_tokens, and the list of models")
struct MessagesCountTests {
  private static let question: JSONObject = [
    "system": "Be brief.", "messages": [["role": "user", "content": "Why is the sky blue?"]],
    "tools": [["name": "f", "input_schema": ["type": "object"]]],
  ]

  private func count(_ lab: ResponsesLab, _ provider: String) async throws -> HTTPReply {
    var body = Self.question
    body["model"] = .string("\(provider)/m")
    return try await lab.api.post("/v1/messages/count_tokens?beta=true", .object(body))
  }

  @Test("whoever can tell is asked, for others there is an estimate that says so")
  func counts() async throws {
    try await ResponsesLab.with { lab in
      for provider in ["anthropic", "gemini"] {
        let reply = try await count(lab, provider)
        #expect(reply.status == 200, "\(reply.body)")
        #expect(reply.json["input_tokens"]?.integer ?? 0 > 0)
        #expect(reply.headers["x-sluice-estimate"] == nil, "\(provider)")
        let asked = try await lab.lastRequest(of: provider)
        #expect(
          asked["path"]?.string?.contains(provider == "gemini" ? ":countTokens" : "/count_tokens") == true)
        #expect(asked["body"]?["max_tokens"] == nil)
      }
      for provider in ["chat", "responses"] {
        let reply = try await count(lab, provider)
        #expect(reply.status == 200 && reply.headers["x-sluice-estimate"] == "true")
        #expect(reply.json["input_tokens"]?.integer ?? 0 >= 10)
        #expect(reply.headers["request-id"] != nil)
      }
      #expect(try await lab.cluster.simulator.requests(provider: "openai").isEmpty)
    }
  }

  @Test("a count that its provider refuses is an estimate, and an unknown model is none")
  func failures() async throws {
    try await ResponsesLab.with { lab in
      for status in [400, 404, 500] {
        try await lab.cluster.simulator.script([
          ["provider": "anthropic", "behaviour": ["status": .integer(Int64(status))]]
        ])
        let reply = try await count(lab, "anthropic")
        #expect(reply.status == 200 && reply.headers["x-sluice-estimate"] == "true", "\(reply.body)")
      }
      let unknown = try await count(lab, "nobody")
      #expect(unknown.status == 404 && unknown.json["error"]?["type"] == "not_found_error")
      let stranger = try await lab.api.post(
        "/v1/messages/count_tokens", .object(Self.question), headers: ["X-API-Key": "no"])
      #expect(stranger.status == 401 && stranger.json["type"] == "error")
    }
  }

  @Test("limits are told in Anthropic's headers, too")
  func limits() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["RATE_LIMIT": "1/hour"]) { _, api in
      let body: JSONValue = [
        "model": "groq/llama-3.3-70b-versatile", "max_tokens": 10,
        "messages": [["role": "user", "content": "Hi"]],
      ]
      let first = try await api.post("/v1/messages", body)
      #expect(first.status == 200, "\(first.body)")
      #expect(first.headers["anthropic-ratelimit-requests-limit"] == "1")
      #expect(first.headers["anthropic-ratelimit-requests-remaining"] == "0")
      #expect(first.headers["anthropic-ratelimit-requests-reset"]?.hasSuffix("Z") == true)
      let second = try await api.post("/v1/messages", body)
      #expect(second.status == 429 && second.json["error"]?["type"] == "rate_limit_error")
      #expect(second.headers["retry-after"] != nil)
    }
  }

  @Test("a count takes of limits of requests and of nothing else, also where it is an estimate")
  func countLimits() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["limits": ["2 requests/hour", "1 tokens/hour", "1 queued"]])
      for model in ["groq/llama-3.3-70b-versatile", "gemini/gemini-2.5-flash"] {
        let (_, key) = try await lab.makeKey(of: "search", ["limits": ["1 requests/hour"]])
        func count() async throws -> HTTPReply {
          try await lab.api.post(
            "/v1/messages/count_tokens",
            ["model": .string(model), "messages": [["role": "user", "content": "Why is the sky blue?"]]],
            headers: ["X-API-Key": key])
        }
        let first = try await count()
        #expect(first.status == 200, "\(first.body)")
        #expect(first.headers["x-sluice-estimate"] == (model.hasPrefix("groq") ? "true" : nil))
        #expect(first.headers["anthropic-ratelimit-requests-remaining"] == "0")
        let second = try await count()
        #expect(second.status == 429 && second.json["error"]?["type"] == "rate_limit_error", "\(second.body)")
      }
      let (_, other) = try await lab.makeKey(of: "search")
      let third = try await lab.api.post(
        "/v1/messages/count_tokens",
        ["model": "groq/llama-3.3-70b-versatile", "messages": [["role": "user", "content": "Hi"]]],
        headers: ["X-API-Key": other])
      #expect(third.status == 429, "its tenant's two are counted: \(third.body)")
    }
  }

  @Test("a thread is refused in the words by which the SDK sends all of its conversation")
  func threads() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let stored: JSONValue = ["type": "tool_result", "tool_use_id": "toolu_1", "content": "B"]
      let reply = try await api.post(
        "/v1/messages?beta=true",
        [
          "model": "default", "max_tokens": 10, "messages": [["role": "user", "content": [stored]]],
          "thread": ["type": "continue", "previous_message_id": "msg_1"],
        ])
      #expect(reply.status == 400 && reply.json["error"]?["type"] == "invalid_request_error")
      #expect(reply.json["error"]?["details"]?["error_code"] == "thread_unsupported_request")
      #expect(reply.json["error"]?["details"]?["unsupported"] == ["thread"])
    }
  }

  @Test("one list of models is read by the clients of three vendors")
  func models() async throws {
    try await ResponsesLab.with { lab in
      let all = try await lab.api.get("/v1/models", headers: ["anthropic-version": "2023-06-01"])
      #expect(all.status == 200 && all.headers["request-id"] != nil)
      let ids = try #require(all.json["data"]?.array).compactMap { $0["id"]?.string }
      #expect(all.json["object"] == "list" && all.json["has_more"] == false)
      #expect(all.json["first_id"]?.string == ids.first && all.json["last_id"]?.string == ids.last)
      #expect(all.json["models"]?.array?.compactMap { $0["name"]?.string } == ids.map { "models/\($0)" })
      let model = all.json["data"]?[0]
      #expect(model?["object"] == "model" && model?["type"] == "model")
      #expect(model?["created"]?.integer != nil && model?["created_at"]?.string?.hasSuffix("Z") == true)
      #expect(model?["display_name"]?.string == ids.first)

      var told: [String] = []
      var query = "limit=2"
      while true {
        let page = try await lab.api.get("/v1/models?\(query)").json
        told += (page["data"]?.array ?? []).compactMap { $0["id"]?.string }
        guard page["has_more"] == true, let last = page["last_id"]?.string else { break }
        query = "limit=2&after_id=\(last)"
      }
      #expect(told == ids)
      #expect(try await lab.api.get("/v1/models?limit=0").status == 400)
      let one = try await lab.api.get("/v1/models/anthropic/m").json
      #expect(one["id"] == "anthropic/m" && one["type"] == "model" && one["name"] == "models/anthropic/m")
    }
  }
}
