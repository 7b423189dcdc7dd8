import Shared
import TestSupport
import Testing

@Suite("POST /v1/messages over each dialect")
struct MessagesTests {
  private static let hi: JSONObject = [
    "max_tokens": 200, "messages": [["role": "user", "content": "Why is the sky blue?"]],
  ]

  private static func tool(_ name: String) -> JSONValue {
    [
      "name": .string(name), "description": "Looks.",
      "input_schema": [
        "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"],
      ],
    ]
  }

  private func ask(
    _ lab: ResponsesLab, _ provider: String, _ members: JSONObject, headers: [String: String] = [:]
  ) async throws -> HTTPReply {
    let body = members.merging(["model": .string("\(provider)/m")]) { own, _ in own }
    return try await lab.api.post("/v1/messages?beta=true", .object(body), headers: headers)
  }

  private func stream(
    _ lab: ResponsesLab, _ provider: String, _ members: JSONObject
  ) async throws -> StreamedReply {
    var body = members.merging(["model": .string("\(provider)/m")]) { own, _ in own }
    body["stream"] = true
    return try await lab.api.stream("/v1/messages?beta=true", method: .POST, body: .object(body))
  }

  @Test("whole and streamed say the same, and no client stumbles", arguments: ResponsesLab.dialects)
  func text(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let whole = try await ask(lab, provider, Self.hi)
      #expect(whole.status == 200, "\(whole.body)")
      #expect(whole.json["type"] == "message" && whole.json["role"] == "assistant")
      #expect(whole.json["stop_reason"] == "end_turn" && whole.json["model"] == "m")
      #expect(whole.json["id"]?.string?.hasPrefix("msg_") == true)
      #expect(whole.headers["request-id"] == whole.headers["x-request-id"])
      #expect(whole.headers["x-sluice-provider"] == provider)
      let joined = JoinedMessage(try await stream(lab, provider, Self.hi))
      #expect(joined.faults == [] && joined.error == nil)
      #expect(joined.stopReason == "end_turn")
      #expect(joined.text == whole.json["content"]?[0]?["text"]?.string)
      let usage = try #require(whole.json["usage"]?.object)
      #expect(usage["input_tokens"]?.integer ?? 0 > 0 && usage["output_tokens"]?.integer ?? 0 > 0)
      for name in ["input_tokens", "output_tokens", "cache_read_input_tokens"] {
        #expect(joined.usage[name] == usage[name], "\(name)")
      }
    }
  }

  @Test("two calls at once, their results, and an answer", arguments: ResponsesLab.dialects)
  func calls(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let question: JSONValue = ["role": "user", "content": "Use get_weather and get_time."]
      var members: JSONObject = [
        "max_tokens": 200, "messages": [question],
        "tools": [Self.tool("get_weather"), Self.tool("get_time")],
      ]
      let joined = JoinedMessage(try await stream(lab, provider, members))
      #expect(joined.faults == [] && joined.stopReason == "tool_use")
      let uses = joined.blocks.filter { $0["type"] == "tool_use" }
      #expect(uses.map { $0["name"] } == ["get_weather", "get_time"])
      #expect(uses.allSatisfy { $0["input"]?["city"]?.string != nil })
      #expect(Set(uses.compactMap { $0["id"]?.string }).count == 2)
      let results = uses.map { use -> JSONValue in
        [
          "type": "tool_result", "tool_use_id": use["id"] ?? .null,
          "content": [["type": "text", "text": "22 degrees"]],
          "is_error": .bool(use["name"] == "get_time"),
        ]
      }
      members["messages"] = [
        question, ["role": "assistant", "content": joined.content],
        ["role": "user", "content": .array(results + [["type": "text", "text": "And now?"]])],
      ]
      let answer = try await ask(lab, provider, members)
      #expect(answer.status == 200, "\(answer.body)")
      #expect(answer.json["stop_reason"] == "end_turn")
    }
  }

  @Test("a thought goes back to its maker, and nobody else stumbles over it")
  func thoughts() async throws {
    try await ResponsesLab.with { lab in
      let question: JSONValue = ["role": "user", "content": "Use get_weather."]
      var members: JSONObject = [
        "max_tokens": 4000, "messages": [question], "tools": [Self.tool("get_weather")],
        "thinking": ["type": "enabled", "budget_tokens": 2000],
      ]
      for maker in ["anthropic", "responses", "gemini"] {
        let joined = JoinedMessage(try await stream(lab, maker, members))
        #expect(joined.faults == [], "\(maker)")
        let use = try #require(joined.blocks.last)
        #expect(use["type"] == "tool_use", "\(maker)")
        if maker == "anthropic" { #expect(joined.blocks.first?["type"] == "thinking") }
        var history = members
        history["messages"] = [
          question, ["role": "assistant", "content": joined.content],
          [
            "role": "user",
            "content": [["type": "tool_result", "tool_use_id": use["id"] ?? .null, "content": "22"]],
          ],
        ]
        for next in ResponsesLab.dialects {
          let reply = try await ask(lab, next, history)
          #expect(reply.status == 200, "\(maker), then \(next): \(reply.body)")
        }
      }
      members["thinking"] = ["type": "disabled"]
      #expect(try await ask(lab, "anthropic", members).json["content"]?[0]?["type"] == "tool_use")
    }
  }

  /// As Claude Code asks.
  private static let agent: JSONObject = [
    "max_tokens": 32_000,
    "system": [
      ["type": "text", "text": "x-anthropic-billing-header: cc_version=2.1"],
      ["type": "text", "text": "You are an agent.", "cache_control": ["type": "ephemeral"]],
    ],
    "messages": [
      ["role": "user", "content": [["type": "text", "text": "Why is the sky blue?"]]],
      [
        "role": "system",
        "content": [["type": "text", "text": "Be brief.", "cache_control": ["type": "ephemeral"]]],
      ],
    ],
    "tools": [
      [
        "name": "Read", "description": "Reads.", "input_schema": ["type": "object", "properties": [:]],
        "defer_loading": true,
      ]
    ],
    "metadata": ["user_id": #"{"device_id":"d","account_uuid":"a","session_id":"s"}"#],
    "thinking": ["type": "adaptive", "display": "omitted"],
    "context_management": ["edits": [["type": "clear_thinking_20251015", "keep": "all"]]],
    "output_config": ["effort": "high"],
  ]

  @Test(
    "what Claude Code asks is answered by each, and reaches Anthropic untouched",
    arguments: ResponsesLab.dialects)
  func agents(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let headers = [
        "anthropic-version": "2026-10-21", "anthropic-beta": "claude-code-20250219,effort-2025-11-24",
      ]
      let reply = try await ask(lab, provider, Self.agent, headers: headers)
      #expect(reply.status == 200, "\(reply.body)")
      let dropped = Set((reply.headers["x-sluice-dropped"] ?? "").split(separator: ",").map(String.init))
      let asked = try await lab.lastRequest(of: provider)
      let sent = try #require(asked["body"]?.object)
      let text = JSONValue.object(sent).description
      #expect(text.contains("Be brief.") && text.contains("You are an agent."))
      if provider == "anthropic" {
        #expect(dropped == [])
        var expected = Self.agent
        expected["model"] = "m"
        #expect(JSONValue.object(sent) == .object(expected))
        #expect(asked["headers"]?["anthropic-version"] == "2026-10-21")
        #expect(asked["headers"]?["anthropic-beta"]?.string == headers["anthropic-beta"])
      } else {
        #expect(dropped.contains("context_management"))
        #expect(!text.contains("billing-header") && !text.contains("cache_control"))
        #expect(asked["headers"]?["anthropic-beta"] == nil)
      }
    }
  }

  @Test("a provider's failure is told in Anthropic's form, whole and in the middle of a stream")
  func failures() async throws {
    try await ResponsesLab.with { lab in
      for (provider, name) in [("anthropic", "anthropic"), ("chat", "openai")] {
        try await lab.cluster.simulator.script([
          ["provider": .string(name), "behaviour": ["status": 400]]
        ])
        let refused = try await ask(lab, provider, Self.hi)
        #expect(refused.status == 400)
        #expect(refused.json["type"] == "error")
        #expect(refused.json["error"]?["type"] == "invalid_request_error")
        #expect(refused.json["error"]?["message"]?.string?.hasPrefix("prompt is too long") == true)
        #expect(refused.json["request_id"]?.string == refused.headers["request-id"])
        try await lab.cluster.simulator.script([
          [
            "provider": .string(name),
            "behaviour": ["cut": "before_terminal_event", "answer": "One two three four five six."],
          ]
        ])
        let joined = JoinedMessage(try await stream(lab, provider, Self.hi))
        #expect(joined.faults == [])
        #expect(joined.error?["error"]?["type"] == "api_error", "\(provider)")
      }
    }
  }

  @Test("what is wrong with a request is told in Anthropic's form")
  func invalid() async throws {
    let wrong: [(JSONObject, String)] = [
      (["messages": [["role": "user", "content": "A"]]], "max_tokens: Field required"),
      (["max_tokens": 1], "messages: Field required"),
      (
        ["max_tokens": 1, "messages": [["role": "user", "content": [["type": "video"]]]]],
        "messages.0.content.0: Input tag 'video'"
      ),
      (
        [
          "max_tokens": 1,
          "messages": [["role": "user", "content": [["type": "tool_result", "tool_use_id": "x"]]]],
        ], "messages.0.content.0: unexpected `tool_use_id`"
      ),
    ]
    try await ResponsesLab.with { lab in
      for (members, sentence) in wrong {
        let reply = try await ask(lab, "chat", members)
        #expect(reply.status == 400)
        #expect(reply.json["type"] == "error" && reply.json["error"]?["type"] == "invalid_request_error")
        #expect(reply.json["error"]?["message"]?.string?.hasPrefix(sentence) == true, "\(reply.body)")
      }
      let unknown = try await ask(lab, "nobody", Self.hi)
      #expect(unknown.status == 404 && unknown.json["error"]?["type"] == "not_found_error")
      let stranger = try await lab.api.post(
        "/v1/messages", .object(Self.hi), headers: ["X-API-Key": "", "Authorization": "Bearer no"])
      #expect(stranger.status == 401 && stranger.json["error"]?["type"] == "authentication_error")
      let bearer = try await ask(
        lab, "chat", Self.hi, headers: ["X-API-Key": "", "Authorization": "Bearer \(SluiceCluster.key)"])
      #expect(bearer.status == 200, "\(bearer.body)")
    }
  }
}
