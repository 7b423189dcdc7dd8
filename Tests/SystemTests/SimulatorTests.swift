import Shared
import TestSupport
import Testing

/// The simulator must be right before a test that leans on it can say anything.
@Suite("The provider simulator")
struct SimulatorTests {
  private static let openAIPaths = [
    "/groq/openai/v1/chat/completions", "/openrouter/api/v1/chat/completions", "/openai/v1/chat/completions",
  ]
  private static let groq = openAIPaths[0]
  private static let gemini = "/gemini/v1beta/models/gemini-2.5-flash:generateContent"
  private static let geminiStream = "/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
  private static let bearer = ["Authorization": "Bearer key"]
  private static let googleKey = ["x-goog-api-key": "key"]
  private static let chat = chat("what is a sluice?")
  private static let contents: JSONValue = ["contents": [["role": "user", "parts": [["text": "a sluice?"]]]]]

  private static func chat(_ prompt: String, _ more: JSONObject = [:]) -> JSONValue {
    let body: JSONObject = ["model": "m", "messages": [["role": "user", "content": .string(prompt)]]]
    return .object(body.merging(more) { _, last in last })
  }

  // MARK: - Answers

  @Test("answers the same prompt with the same text and another with another", arguments: openAIPaths)
  func deterministic(path: String) async throws {
    try await SimulatorProcess.with { simulator in
      func answer(_ prompt: String) async throws -> String? {
        let reply = try await simulator.call(path, headers: Self.bearer, body: Self.chat(prompt))
        #expect(reply.json?["choices"]?[0]?["finish_reason"] == "stop")
        #expect(reply.json?["usage"]?["total_tokens"]?.integer ?? 0 > 10)
        return reply.json?["choices"]?[0]?["message"]?["content"]?.string
      }
      let first = try await answer("one")
      #expect(first?.contains("one") == true)
      #expect(try await answer("one") == first)
      #expect(try await answer("two") != first)
    }
  }

  @Test("cuts an answer at max_tokens and says so")
  func length() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await simulator.call(
        Self.groq, headers: Self.bearer, body: Self.chat("a long story", ["max_tokens": 5]))
      #expect(reply.json?["choices"]?[0]?["finish_reason"] == "length")
      #expect(reply.json?["choices"]?[0]?["message"]?["content"]?.string?.count == 20)
      #expect(reply.json?["usage"]?["completion_tokens"] == 5)
      #expect(reply.headers["x-ratelimit-remaining-requests"] != nil, "Groq tells what is left")
    }
  }

  @Test("tells Groq's usage in x_groq of a stream's last chunk")
  func groqStream() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await simulator.call(
        Self.groq, headers: Self.bearer, body: Self.chat("hello", ["stream": true]))
      let events = reply.body.split(separator: "\n").map { $0.dropFirst("data: ".count) }
      #expect(events.last == "[DONE]")
      let last = try JSONParser.parse(String(try #require(events.dropLast().last)))
      #expect(last["choices"]?[0]?["finish_reason"] == "stop")
      #expect(last["x_groq"]?["usage"]?["queue_time"] != nil)
    }
  }

  @Test("puts comments into OpenRouter's streams and usage into their last chunk")
  func openRouterStream() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await simulator.call(
        Self.openAIPaths[1], headers: Self.bearer, body: Self.chat("hello", ["stream": true]))
      #expect(reply.body.hasPrefix(": OPENROUTER PROCESSING\n\n"))
      let events = reply.body.split(separator: "\n").filter { $0.hasPrefix("data: {") }
      let last = try JSONParser.parse(String(try #require(events.last).dropFirst("data: ".count)))
      #expect(last["choices"] == [])
      #expect(last["usage"]?["total_tokens"] != nil)
    }
  }

  @Test("speaks Gemini with CRLF, without [DONE], and with a model that holds slashes and colons")
  func geminiDialect() async throws {
    try await SimulatorProcess.with { simulator in
      let stream = try await simulator.call(Self.geminiStream, headers: Self.googleKey, body: Self.contents)
      #expect(stream.body.hasSuffix("}\r\n\r\n"))
      #expect(!stream.body.contains("[DONE]"))
      let path = "/gemini/v1beta/models/tuned%2Fone/two:free:generateContent"
      let whole = try await simulator.call(path, headers: Self.googleKey, body: Self.contents)
      #expect(whole.json?["modelVersion"] == "tuned/one/two:free")
      #expect(whole.json?["candidates"]?[0]?["finishReason"] == "STOP")
      #expect(whole.json?["usageMetadata"]?["totalTokenCount"] != nil)
    }
  }

  // MARK: - Refusals

  @Test("refuses a missing and a wrong key with each provider's own error")
  func keys() async throws {
    try await SimulatorProcess.with { simulator in
      for path in Self.openAIPaths {
        #expect(try await simulator.call(path, body: Self.chat).status == 401)
        let wrong = try await simulator.call(
          path, headers: ["Authorization": "Bearer wrong-key"], body: Self.chat)
        #expect(wrong.status == 401)
        #expect(wrong.json?["error"]?["code"] == (path.hasPrefix("/openrouter") ? 401 : "invalid_api_key"))
      }
      let wrong = try await simulator.call(
        Self.gemini, headers: ["x-goog-api-key": "wrong"], body: Self.contents)
      #expect(wrong.status == 400)
      #expect(wrong.json?["error"]?["details"]?[0]?["reason"] == "API_KEY_INVALID")
    }
  }

  @Test("refuses what the real ones refuse")
  func badRequests() async throws {
    try await SimulatorProcess.with { simulator in
      let role: JSONValue = ["model": "m", "messages": [["role": "wizard", "content": "x"]]]
      let bodies: [JSONValue] = [
        ["messages": []], ["model": "m"], role, Self.chat("x", ["logprobs": true]), Self.chat("x", ["n": 2]),
      ]
      for body in bodies {
        let reply = try await simulator.call(Self.groq, headers: Self.bearer, body: body)
        #expect(reply.status == 400, "\(body)")
        #expect(reply.json?["error"]?["type"] == "invalid_request_error")
      }
      let refused: [(path: String, body: JSONValue)] = [
        (Self.gemini, [:]), (Self.gemini + "?key=k", Self.contents),
      ]
      for (path, body) in refused {
        let reply = try await simulator.call(path, headers: Self.googleKey, body: body)
        #expect(reply.status == 400)
        #expect(reply.json?["error"]?["status"] == "INVALID_ARGUMENT")
      }
    }
  }

  // MARK: - Behaviours

  @Test("follows the first rule with uses left, then answers as usual")
  func rules() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["provider": "gemini", "behaviour": ["status": 500]],
        ["provider": "groq", "prompt_contains": "sluice", "times": 1, "behaviour": ["status": 503]],
        ["provider": "*", "model": "m", "times": 1, "behaviour": ["status": 529]],
      ])
      var statuses: [Int] = []
      for _ in 0..<3 {
        statuses.append(try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat).status)
      }
      #expect(statuses == [503, 529, 200])
      try await simulator.reset()
      #expect(
        try await simulator.call(Self.gemini, headers: Self.googleKey, body: Self.contents).status == 200)
    }
  }

  @Test("tells a delay in a header for OpenAI's dialect and in RetryInfo for Gemini")
  func retryAfter() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["status": 429, "retry_after": 31]]])
      let groq = try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat)
      #expect(groq.status == 429)
      #expect(groq.headers["retry-after"] == "31")
      let gemini = try await simulator.call(Self.gemini, headers: Self.googleKey, body: Self.contents)
      #expect(gemini.headers["retry-after"] == nil)
      #expect(gemini.json?["error"]?["details"]?[1]?["retryDelay"] == "31s")
    }
  }

  @Test("spoils the body as told", arguments: ["html", "empty", "truncated_json", "garbage"])
  func bodies(body: String) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["body": .string(body)]]])
      let reply = try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat)
      #expect(reply.status == 200)
      #expect(reply.json == nil)
    }
  }

  @Test("words answers as told")
  func answers() async throws {
    try await SimulatorProcess.with { simulator in
      func groq(_ behaviour: JSONValue) async throws -> SimulatorProcess.Reply {
        try await simulator.script([["behaviour": behaviour]])
        return try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat)
      }
      let answer = try await groq(["answer": "42", "usage": ["prompt": 7, "completion": 9]])
      #expect(answer.json?["choices"]?[0]?["message"]?["content"] == "42")
      #expect(answer.json?["usage"]?["total_tokens"] == 16)
      #expect(try await groq(["no_usage": true]).json?["usage"] == nil)
      #expect(try await groq(["finish_reason": nil]).json?["choices"]?[0]?["finish_reason"] == .null)
      #expect(try await groq(["raw_body": "[1]", "headers": ["x-a": "b"]]).headers["x-a"] == "b")
      #expect(try await groq(["raw_body": "[1]"]).body == "[1]")
      let error = try await groq(["body": "error_200"])
      #expect(error.status == 200)
      #expect(error.json?["error"] != nil)
      try await simulator.script([["behaviour": ["blocked": true]]])
      let blocked = try await simulator.call(Self.gemini, headers: Self.googleKey, body: Self.contents)
      #expect(blocked.json?["candidates"] == nil)
      #expect(blocked.json?["promptFeedback"]?["blockReason"] != nil)
    }
  }

  @Test(
    "closes the connection where told, whole or in a stream",
    arguments: ["before_headers", "mid_body"], [false, true])
  func cuts(point: String, isStream: Bool) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["cut": .string(point)]]])
      await #expect(throws: (any Error).self) {
        let body = Self.chat("hello", ["stream": .bool(isStream)])
        _ = try await simulator.call(Self.groq, headers: Self.bearer, body: body)
      }
    }
  }

  @Test("hangs until its client goes, and then counts it no more", arguments: ["before_headers", "mid_body"])
  func hangs(point: String) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": .string(point)]]])
      let call = Task { try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat) }
      try await eventually("the request is under way") { try await simulator.stats()["in_flight"] == 1 }
      call.cancel()
      await #expect(throws: (any Error).self) { _ = try await call.value }
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
    }
  }

  @Test("ends at once on SIGTERM, with requests that hang")
  func ends() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": "before_headers"]]])
      let call = Task { try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat) }
      try await eventually("the request is under way") { try await simulator.stats()["in_flight"] == 1 }
      let duration = await ContinuousClock().measure { await simulator.process.terminate() }
      #expect(duration < .seconds(1))
      #expect(simulator.process.exitStatus == 0)
      await #expect(throws: (any Error).self) { _ = try await call.value }
    }
  }

  // MARK: - Control

  @Test("remembers requests in their order, with headers and body")
  func requests() async throws {
    try await SimulatorProcess.with { simulator in
      for prompt in ["one", "two"] {
        _ = try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat(prompt))
      }
      _ = try await simulator.call(Self.geminiStream, headers: Self.googleKey, body: Self.contents)
      let requests = try await simulator.requests(provider: "groq")
      #expect(requests.map { $0["body"] } == [Self.chat("one"), Self.chat("two")])
      #expect(requests.first?["headers"]?["Authorization"] == "Bearer key")
      let gemini = try await simulator.requests(provider: "gemini")
      #expect(gemini.first?["path"]?.string == Self.geminiStream)
      let stats = try await simulator.stats()
      #expect(stats["total"] == 3)
      #expect(stats["providers"]?["groq"] == 2)
    }
  }

  @Test("refuses a script with a field that it does not know")
  func misspelt() async throws {
    try await SimulatorProcess.with { simulator in
      let error = await #expect(throws: SimulatorProcess.Refused.self) {
        try await simulator.script([["behaviour": ["statsu": 500]]])
      }
      #expect(error?.description.contains("statsu") == true)
    }
  }
}
