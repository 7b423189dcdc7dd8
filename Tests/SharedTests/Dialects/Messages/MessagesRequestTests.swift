import Testing

@testable import Shared

@Suite("Requests in Anthropic's dialect")
struct MessagesRequestTests {
  private let dialect = MessagesDialect()

  /// What stands beside the model, the limit and the conversation.
  private func others(_ members: JSONObject) throws -> JSONObject {
    var json = try #require(dialect.json(of: DialectFixture.chat(members)).object)
    for name in ["model", "max_tokens", "messages"] { json[name] = nil }
    return json
  }

  @Test("a request merges turns of one role and sets system text apart")
  func complete() throws {
    var parameters = Parameters(maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"])
    parameters.user = "u-1"
    let request = Conversation(
      turns: [
        Turn(role: .system, text: "Be brief."), Turn(role: .developer, text: "No \"slang\"."),
        Turn(role: .user, text: "One"), Turn(role: .user, text: "Two\n"),
        Turn(role: .assistant, text: "Three"), Turn(role: .user, text: "Four"),
      ], parameters: parameters, extras: ["top_k": 40])
    var expected: JSONObject = [
      "model": "m/1", "max_tokens": 100,
      "system": [["type": "text", "text": "Be brief."], ["type": "text", "text": "No \"slang\"."]],
      "messages": [
        ["role": "user", "content": [["type": "text", "text": "One"], ["type": "text", "text": "Two\n"]]],
        ["role": "assistant", "content": [["type": "text", "text": "Three"]]],
        ["role": "user", "content": [["type": "text", "text": "Four"]]],
      ],
      "temperature": 0.5, "top_p": 0.9, "top_k": 40, "stop_sequences": ["END"],
      "metadata": ["user_id": "u-1"],
    ]
    #expect(try dialect.json(of: request) == .object(expected))
    expected["stream"] = true
    #expect(try dialect.json(of: request, streams: true) == .object(expected))
  }

  @Test("what a client leaves to the provider is not sent, but for a limit, which Anthropic demands")
  func least() throws {
    #expect(
      try dialect.json(of: DialectFixture.chat()) == [
        "model": "m/1", "max_tokens": 4096,
        "messages": [["role": "user", "content": [["type": "text", "text": "Hi"]]]],
      ])
  }

  @Test("a user's name that is too long for Anthropic is left out and told")
  func longUser() throws {
    #expect(try others(["user": .string(String(repeating: "u", count: 256))])["metadata"] != nil)
    let long: JSONObject = ["user": .string(String(repeating: "u", count: 257))]
    #expect(try others(long).isEmpty)
    #expect(try dialect.dropped(of: DialectFixture.chat(long)) == ["user"])
  }

  @Test("functions are declared with a schema of the type that Anthropic demands")
  func tools() throws {
    let schema: JSONValue = ["type": "object", "properties": [:], "additionalProperties": false]
    let tools: JSONValue = [
      [
        "type": "function",
        "function": ["name": "weather", "description": "Asks", "parameters": schema, "strict": true],
      ], ["type": "function", "function": ["name": "now"]],
      ["type": "function", "function": ["name": "then", "parameters": [:], "strict": false]],
    ]
    #expect(
      try others(["tools": tools]) == [
        "tools": [
          ["name": "weather", "description": "Asks", "input_schema": schema, "strict": true],
          ["name": "now", "input_schema": ["type": "object", "properties": [:]]],
          ["name": "then", "input_schema": ["type": "object"]],
        ]
      ])
  }

  @Test(
    "whether functions must be called, and one at a time, is said in Anthropic's words",
    arguments: [
      (nil, true, nil), ("auto", true, ["type": "auto"]), ("none", true, ["type": "none"]),
      ("required", true, ["type": "any"]),
      (["type": "function", "function": ["name": "now"]], true, ["type": "tool", "name": "now"]),
      (nil, false, ["type": "auto", "disable_parallel_tool_use": true]),
      ("none", false, ["type": "none"]),
      ("required", false, ["type": "any", "disable_parallel_tool_use": true]),
    ] as [(JSONValue?, Bool, JSONValue?)])
  func choices(choice: JSONValue?, isParallel: Bool, expected: JSONValue?) throws {
    var members: JSONObject = [
      "tools": [["type": "function", "function": ["name": "now"]]],
      "parallel_tool_calls": .bool(isParallel),
    ]
    members["tool_choice"] = choice
    #expect(try others(members)["tool_choice"] == expected)
  }

  @Test("the form of the answer and the effort stand together")
  func output() throws {
    let schema: JSONValue = ["type": "object", "additionalProperties": false]
    let members: JSONObject = [
      "response_format": ["type": "json_schema", "json_schema": ["name": "n", "schema": schema]],
      "reasoning_effort": "low",
    ]
    #expect(
      try others(members) == [
        "output_config": ["format": ["type": "json_schema", "schema": schema], "effort": "low"]
      ])
    #expect(try others(["reasoning_effort": "none"]) == ["thinking": ["type": "disabled"]])
    #expect(try others(["reasoning_effort": "minimal"]) == ["output_config": ["effort": "low"]])
  }

  @Test("members that change nothing about the answer are left out, and so are values that hold anyway")
  func advisory() throws {
    let members: JSONObject = [
      "metadata": ["a": "b"], "store": true, "service_tier": "flex", "safety_identifier": "s",
      "prompt_cache_key": "k", "stream_options": ["include_usage": true], "n": 1, "logprobs": false,
      "logit_bias": [:], "presence_penalty": 0, "frequency_penalty": 0, "parallel_tool_calls": true,
      "modalities": ["text"], "response_format": ["type": "text"],
    ]
    #expect(try others(members).isEmpty)
    #expect(
      try dialect.dropped(of: DialectFixture.chat(members)) == [
        "prompt_cache_key", "safety_identifier", "service_tier", "store",
      ])
  }

  @Test("what is Anthropic's own reaches it, also as the SDKs send it")
  func own() throws {
    let thinking: JSONValue = ["type": "enabled", "budget_tokens": 1024]
    for members in [
      ["thinking": thinking], ["extra_body": ["thinking": thinking]], ["anthropic": ["thinking": thinking]],
    ] as [JSONObject] { #expect(try others(members) == ["thinking": thinking]) }
  }

  @Test("a speaker's name is left out and told")
  func names() throws {
    let request = try DialectFixture.chat(messages: [["role": "user", "content": "Hi", "name": "Ada"]])
    #expect(try dialect.dropped(of: request) == ["name"])
  }

  @Test("all operations on chats have one path, whatever the model is called")
  func path() {
    #expect(dialect.path(for: .chat, model: "../x?") == "/messages")
    #expect(dialect.path(for: .chatStream, model: "../x?") == "/messages")
  }
}
