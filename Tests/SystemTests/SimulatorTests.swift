import NIOCore
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
        #expect(reply.json["choices"]?[0]?["finish_reason"] == "stop")
        #expect(reply.json["usage"]?["total_tokens"]?.integer ?? 0 > 10)
        return reply.json["choices"]?[0]?["message"]?["content"]?.string
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
      #expect(reply.json["choices"]?[0]?["finish_reason"] == "length")
      #expect(reply.json["choices"]?[0]?["message"]?["content"]?.string?.count == 20)
      #expect(reply.json["usage"]?["completion_tokens"] == 5)
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
      #expect(whole.json["modelVersion"] == "tuned/one/two:free")
      #expect(whole.json["candidates"]?[0]?["finishReason"] == "STOP")
      #expect(whole.json["usageMetadata"]?["totalTokenCount"] != nil)
    }
  }

  // MARK: - Refusals

  @Test("refuses a missing and a wrong key with each provider's own error")
  func keys() async throws {
    try await SimulatorProcess.with { simulator in
      for path in Self.openAIPaths {
        #expect(try await simulator.call(path, body: Self.chat).status == 401)
        for key in ["wrong-key", "invalid", "groq-invalid"] {
          let wrong = try await simulator.call(
            path, headers: ["Authorization": "Bearer \(key)"], body: Self.chat)
          #expect(wrong.status == 401)
          #expect(wrong.json["error"]?["code"] == (path.hasPrefix("/openrouter") ? 401 : "invalid_api_key"))
        }
      }
      let wrong = try await simulator.call(
        Self.gemini, headers: ["x-goog-api-key": "wrong"], body: Self.contents)
      #expect(wrong.status == 400)
      #expect(wrong.json["error"]?["details"]?[0]?["reason"] == "API_KEY_INVALID")
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
        #expect(reply.json["error"]?["type"] == "invalid_request_error")
      }
      let turn: JSONValue = ["role": "user", "parts": [["text": "a sluice?"]]]
      let refused: [(path: String, body: JSONValue)] = [
        (Self.gemini, [:]), (Self.gemini + "?key=k", Self.contents),
        (Self.gemini, ["contents": [turn, turn]]),
      ]
      for (path, body) in refused {
        let reply = try await simulator.call(path, headers: Self.googleKey, body: body)
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["status"] == "INVALID_ARGUMENT")
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
      #expect(gemini.json["error"]?["details"]?[1]?["retryDelay"] == "31s")
    }
  }

  @Test("tells a limit of the day and spent credit apart from that of the minute")
  func quotas() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([
        ["provider": "gemini", "behaviour": ["status": 429, "quota": "day"]],
        ["behaviour": ["status": 429, "quota": "credit"]],
      ])
      let gemini = try await simulator.call(Self.gemini, headers: Self.googleKey, body: Self.contents)
      let violation = gemini.json["error"]?["details"]?[0]?["violations"]?[0]
      #expect(violation?["quotaId"]?.string?.contains("PerDay") == true)
      let openAI = try await simulator.call(Self.openAIPaths[2], headers: Self.bearer, body: Self.chat)
      #expect(openAI.status == 429)
      #expect(openAI.json["error"]?["code"] == "insufficient_quota")
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
      func groq(_ behaviour: JSONValue) async throws -> HTTPReply {
        try await simulator.script([["behaviour": behaviour]])
        return try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat)
      }
      let answer = try await groq(["answer": "42", "usage": ["prompt": 7, "completion": 9]])
      #expect(answer.json["choices"]?[0]?["message"]?["content"] == "42")
      #expect(answer.json["usage"]?["total_tokens"] == 16)
      #expect(try await groq(["no_usage": true]).json["usage"] == nil)
      #expect(try await groq(["finish_reason": nil]).json["choices"]?[0]?["finish_reason"] == .null)
      #expect(try await groq(["raw_body": "[1]", "headers": ["x-a": "b"]]).headers["x-a"] == "b")
      #expect(try await groq(["raw_body": "[1]"]).body == "[1]")
      let error = try await groq(["body": "error_200"])
      #expect(error.status == 200)
      #expect(error.json["error"] != nil)
      try await simulator.script([["behaviour": ["blocked": true]]])
      let blocked = try await simulator.call(Self.gemini, headers: Self.googleKey, body: Self.contents)
      #expect(blocked.json["candidates"] == nil)
      #expect(blocked.json["promptFeedback"]?["blockReason"] != nil)
    }
  }

  @Test("sends any text as the body, compressed or drop by drop, if told")
  func oddBodies() async throws {
    try await SimulatorProcess.with { simulator in
      func groq(_ behaviour: JSONValue) async throws -> HTTPReply {
        try await simulator.script([["behaviour": behaviour]])
        return try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat)
      }
      #expect(try await groq(["body": "{\"choices\":7}"]).body == "{\"choices\":7}")
      #expect(try await groq(["drip_ms": 0, "answer": "drop"]).body.contains("drop"))
      let negative = try await groq(["tokens": ["prompt": -5, "completion": 1_000_000_000_000]])
      #expect(negative.json["usage"]?["prompt_tokens"] == -5)
      // The client of the tests bounds what it decompresses.
      await #expect(throws: (any Error).self) { _ = try await groq(["gzip_bomb": true]) }
      // The client of the tests follows; nobody is there.
      let moved = try await groq(["redirect": .string(simulator.url + "/nowhere")])
      #expect(moved.status == 404)
      #expect(moved.body.contains("/nowhere"))
    }
  }

  @Test("breaks a stream off with an error and without its end")
  func errorInStream() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["body": "error_200"]]])
      let body = Self.chat("hello", ["stream": true])
      let reply = try await simulator.call(Self.groq, headers: Self.bearer, body: body)
      #expect(reply.status == 200)
      let last = try #require(reply.body.split(separator: "\n").last)
      #expect(try JSONParser.parse(String(last.dropFirst("data: ".count)))["error"] != nil)
    }
  }

  @Test("never ends an endless answer, whole or in a stream", arguments: [false, true])
  func endless(isStream: Bool) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["endless": true]]])
      await #expect(throws: HTTPReply.Failure.self) {
        let body = Self.chat("hello", ["stream": .bool(isStream)])
        _ = try await simulator.call(Self.groq, headers: Self.bearer, body: body)
      }
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
    }
  }

  @Test("draws the same faults from the same seed, set by the command line")
  func seed() async throws {
    func statuses(seed: String) async throws -> [Int] {
      try await SimulatorProcess.with(arguments: ["--error-rate", "0.5", "--seed", seed]) { simulator in
        var statuses: [Int] = []
        for _ in 0..<30 {
          statuses.append(try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat).status)
        }
        return statuses
      }
    }
    let first = try await statuses(seed: "7")
    #expect(first.contains(200))
    #expect(first.contains { $0 != 200 })
    #expect(try await statuses(seed: "7") == first)
    #expect(try await statuses(seed: "8") != first)
  }

  @Test(
    "closes the connection where told, whole or in a stream",
    arguments: ["before_headers", "before_body", "mid_body", "mid_stream", "before_terminal_event"],
    [false, true])
  func cuts(point: String, isStream: Bool) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["cut": .string(point)]]])
      await #expect(throws: (any Error).self) {
        let body = Self.chat("hello", ["stream": .bool(isStream)])
        _ = try await simulator.call(Self.groq, headers: Self.bearer, body: body)
      }
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
      #expect(try await simulator.stats()["aborted"] == 0, "its client did not leave")
    }
  }

  @Test(
    "hangs until its client goes, and counts it as aborted",
    arguments: ["before_headers", "before_body", "mid_body"])
  func hangs(point: String) async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": .string(point)]]])
      let call = Task { try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat) }
      try await eventually("the request is under way") { try await simulator.stats()["in_flight"] == 1 }
      call.cancel()
      await #expect(throws: (any Error).self) { _ = try await call.value }
      try await eventually("the request is gone") { try await simulator.stats()["in_flight"] == 0 }
      #expect(try await simulator.stats()["providers"]?["groq"]?["aborted"] == 1)
    }
  }

  @Test("ends at once on SIGTERM, with requests that hang")
  func ends() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["hang": "before_headers"]]])
      let call = Task { try await simulator.call(Self.groq, headers: Self.bearer, body: Self.chat) }
      try await eventually("the request is under way") { try await simulator.stats()["in_flight"] == 1 }
      await simulator.process.terminate()
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
      #expect(stats["providers"]?["groq"]?["total"] == 2)
      #expect(requests.allSatisfy { $0["received_at"]?.integer != nil })
      try await eventually("the time at which it ended is noted") {
        try await simulator.requests(provider: "groq").allSatisfy { $0["ended_at"]?.integer != nil }
      }
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
