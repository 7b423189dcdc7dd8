import Shared
import TestSupport
import Testing

@Suite("The provider simulator's behaviours")
struct SimulatorBehaviourTests {
  private static let groq = ProviderAPI.groq

  @Test("follow the first rule with uses left, then the answers are as usual")
  func rules() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["provider": "gemini", "behaviour": ["status": 500]],
        ["provider": "groq", "prompt_contains": "sluice", "times": 1, "behaviour": ["status": 503]],
        ["provider": "*", "model": "m", "times": 1, "behaviour": ["status": 529]],
      ])
      var statuses: [Int] = []
      for _ in 0..<3 { statuses.append(try await Self.groq.ask(simulator, "what is a sluice?").status) }
      #expect(statuses == [503, 529, 200])
      try await simulator.reset()
      #expect(try await ProviderAPI.gemini.ask(simulator, "a").status == 200)
    }
  }

  @Test(
    "are errors in each provider's own shape", arguments: [400, 401, 403, 404, 413, 422, 429, 500, 503, 529])
  func errors(status: Int) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["status": .integer(Int64(status))]]])
      for api in ProviderAPI.allCases {
        let reply = try await api.ask(simulator, "a", isStream: true)
        #expect(reply.status == status)
        #expect(reply.json["error"]?["message"]?.string?.isEmpty == false, "\(api): \(reply.body)")
      }
      let types = [
        400: "invalid_request_error", 401: "authentication_error", 403: "permission_error",
        404: "not_found_error", 413: "request_too_large", 422: "invalid_request_error",
        429: "rate_limit_error", 500: "api_error", 503: "api_error", 529: "overloaded_error",
      ]
      let anthropic = try await ProviderAPI.anthropic.ask(simulator, "a")
      #expect(anthropic.json["error"]?["type"]?.string == types[status])
    }
  }

  @Test("tell a delay in a header, and Gemini in RetryInfo")
  func retryAfter() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["status": 429, "retry_after": 31]]])
      for api in ProviderAPI.allCases where api != .gemini {
        let reply = try await api.ask(simulator, "a")
        #expect(reply.status == 429)
        #expect(reply.headers["retry-after"] == "31", "\(api)")
      }
      let gemini = try await ProviderAPI.gemini.ask(simulator, "a")
      #expect(gemini.headers["retry-after"] == nil)
      #expect(gemini.json["error"]?["details"]?[1]?["retryDelay"] == "31s")
    }
  }

  @Test("tell a limit of the day and spent credit apart from that of the minute")
  func quotas() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["provider": "gemini", "behaviour": ["status": 429, "quota": "day"]],
        ["behaviour": ["status": 429, "quota": "credit"]],
      ])
      let gemini = try await ProviderAPI.gemini.ask(simulator, "a")
      let violation = gemini.json["error"]?["details"]?[0]?["violations"]?[0]
      #expect(violation?["quotaId"]?.string?.contains("PerDay") == true)
      let openAI = try await ProviderAPI.openai.ask(simulator, "a")
      #expect(openAI.status == 429)
      #expect(openAI.json["error"]?["code"] == "insufficient_quota")
    }
  }

  @Test(
    "spoil the body, whole and in a stream", arguments: ["html", "empty", "truncated_json", "garbage"],
    ProviderAPI.allCases)
  func bodies(body: String, api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["body": .string(body)]]])
      let whole = try await api.ask(simulator, "hello")
      #expect(whole.status == 200)
      #expect(whole.json == nil)
      let stream = try await api.ask(simulator, "hello", isStream: true)
      #expect(stream.status == 200)
      #expect(!stream.body.contains("[DONE]"))
      if body == "truncated_json" {
        #expect(throws: JSONParsingError.self) { try stream.events }
      } else {
        #expect(try stream.events.isEmpty)
      }
    }
  }

  @Test("word answers as told")
  func answers() async throws {
    try await SimulatorProcess.with { simulator in
      func groq(_ behaviour: JSONValue) async throws -> HTTPReply {
        try await simulator.script([["behaviour": behaviour]])
        return try await Self.groq.ask(simulator, "a")
      }
      let answer = try await groq(["answer": "42", "usage": ["prompt": 7, "completion": 9]])
      #expect(Self.groq.text(of: answer) == "42")
      #expect(answer.json["usage"]?["total_tokens"] == 16)
      #expect(try await groq(["no_usage": true]).json["usage"] == nil)
      #expect(try await groq(["finish_reason": nil]).json["choices"]?[0]?["finish_reason"] == .null)
      #expect(try await groq(["raw_body": "[1]", "headers": ["x-a": "b"]]).headers["x-a"] == "b")
      #expect(try await groq(["raw_body": "[1]"]).body == "[1]")
      let error = try await groq(["body": "error_200"])
      #expect(error.status == 200)
      #expect(error.json["error"] != nil)
    }
  }

  @Test("block an answer with each provider's own word for it")
  func blocked() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["blocked": true]]])
      let gemini = try await ProviderAPI.gemini.ask(simulator, "a")
      #expect(gemini.json["candidates"] == nil)
      #expect(gemini.json["promptFeedback"]?["blockReason"] != nil)
      let openAI = try await ProviderAPI.openai.ask(simulator, "a")
      #expect(openAI.json["choices"]?[0]?["finish_reason"] == "content_filter")
      let anthropic = try await ProviderAPI.anthropic.ask(simulator, "a")
      #expect(anthropic.json["stop_reason"] == "refusal")
      #expect(anthropic.json["content"] == [])
      let events = try await ProviderAPI.anthropic.ask(simulator, "a", isStream: true).events
      #expect(events.map { $0["type"] } == ["message_start", "ping", "message_delta", "message_stop"])
      #expect(events[2]["delta"]?["stop_reason"] == "refusal")
    }
  }

  @Test("send any text as the body, compressed or drop by drop")
  func oddBodies() async throws {
    try await SimulatorProcess.with { simulator in
      func groq(_ behaviour: JSONValue, isStream: Bool = false) async throws -> HTTPReply {
        try await simulator.script([["behaviour": behaviour]])
        return try await Self.groq.ask(simulator, "a", isStream: isStream)
      }
      #expect(try await groq(["body": "{\"choices\":7}"]).body == "{\"choices\":7}")
      #expect(try await groq(["drip_ms": 0, "answer": "drop"]).body.contains("drop"))
      let negative = try await groq(["tokens": ["prompt": -5, "completion": 1_000_000_000_000]])
      #expect(negative.json["usage"]?["prompt_tokens"] == -5)
      for isStream in [false, true] {
        // The client of the tests bounds what it decompresses.
        await #expect(throws: (any Error).self) {
          _ = try await groq(["gzip_bomb": true], isStream: isStream)
        }
        let large = try await groq(["huge_headers": true], isStream: isStream)
        #expect(large.headers.values.reduce(0) { $0 + $1.utf8.count } > 256 * 1024)
        // The client of the tests follows; nobody is there.
        let moved = try await groq(["redirect": .string(simulator.url + "/nowhere")], isStream: isStream)
        #expect(moved.status == 404)
        #expect(moved.body.contains("/nowhere"))
      }
    }
  }

  @Test("are for embeddings, too")
  func embeddings() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["prompt_contains": "flood", "behaviour": ["status": 503, "retry_after": 2]],
        ["behaviour": ["cut": "mid_body"]],
      ])
      func embed(_ text: String) async throws -> HTTPReply {
        try await simulator.call(
          "/openai/v1/embeddings", headers: ProviderAPI.openai.headers,
          body: ["model": "m", "input": .string(text)])
      }
      let reply = try await embed("a flood")
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] == "2")
      await #expect(throws: HTTPReply.Failure.self) { _ = try await embed("a drought") }
    }
  }
}
