import Shared
import TestSupport
import Testing

@Suite("The provider simulator's calls of tools")
struct SimulatorToolTests {
  private static let parameters: JSONValue = [
    "type": "object",
    "properties": [
      "city": ["type": "string"], "unit": ["type": "string", "enum": ["celsius", "fahrenheit"]],
      "days": ["type": "integer", "minimum": 1, "maximum": 3],
    ], "required": ["city", "unit"],
  ]
  /// What the parameters' schema leads to.
  private static let arguments: JSONValue = ["city": "city", "unit": "celsius", "days": 3]
  private static let names = ["get_weather", "get_time"]

  /// The two functions as a provider wants them declared.
  private static func tools(_ api: ProviderAPI) -> JSONObject {
    switch api {
    case .gemini:
      let functions = names.map { JSONValue.object(["name": .string($0), "parameters": parameters]) }
      return ["tools": [["functionDeclarations": .array(functions)]]]
    case .anthropic:
      return ["tools": .array(names.map { ["name": .string($0), "input_schema": parameters] })]
    default:
      return [
        "tools": .array(
          names.map { ["type": "function", "function": ["name": .string($0), "parameters": parameters]] })
      ]
    }
  }

  /// How a provider is told that one function, or any for nil, must be called.
  private static func force(_ api: ProviderAPI, _ name: String?) -> JSONObject {
    switch (api, name) {
    case (.gemini, _):
      let names = name.map { JSONValue.array([.string($0)]) } ?? []
      return ["toolConfig": ["functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": names]]]
    case (.anthropic, let name?): return ["tool_choice": ["type": "tool", "name": .string(name)]]
    case (.anthropic, nil): return ["tool_choice": ["type": "any"]]
    case (_, let name?): return ["tool_choice": ["type": "function", "function": ["name": .string(name)]]]
    case (_, nil): return ["tool_choice": "required"]
    }
  }

  private struct Call: Equatable {
    let name: String?
    let arguments: JSONValue
  }

  private static func calls(_ api: ProviderAPI, _ reply: HTTPReply) throws -> [Call] {
    switch api {
    case .gemini:
      return (reply.json["candidates"]?[0]?["content"]?["parts"]?.array ?? []).compactMap { part in
        part["functionCall"].map { Call(name: $0["name"]?.string, arguments: $0["args"] ?? nil) }
      }
    case .anthropic:
      return (reply.json["content"]?.array ?? []).filter { $0["type"] == "tool_use" }
        .map { Call(name: $0["name"]?.string, arguments: $0["input"] ?? nil) }
    default:
      return try (reply.json["choices"]?[0]?["message"]?["tool_calls"]?.array ?? []).map { call in
        let text = call["function"]?["arguments"]?.string ?? ""
        return Call(name: call["function"]?["name"]?.string, arguments: try JSONParser.parse(text))
      }
    }
  }

  private static func finish(_ api: ProviderAPI, _ reply: HTTPReply) -> String? {
    switch api {
    case .gemini: reply.json["candidates"]?[0]?["finishReason"]?.string
    case .anthropic: reply.json["stop_reason"]?.string
    default: reply.json["choices"]?[0]?["finish_reason"]?.string
    }
  }

  // MARK: - Who decides

  @Test("are made where the question names the function, and else not", arguments: ProviderAPI.allCases)
  func auto(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      func calls(_ prompt: String, _ more: JSONObject = [:]) async throws -> [Call] {
        let tools = Self.tools(api).merging(more) { _, last in last }
        return try Self.calls(api, try await api.ask(simulator, prompt, tools))
      }
      let unasked = try await calls("how are you?")
      #expect(unasked.isEmpty)
      #expect(try await calls("please get_weather_now").isEmpty, "that is another name")
      #expect(try await calls("use get_weather.") == [Call(name: "get_weather", arguments: Self.arguments)])
      #expect(try await calls("get_time and get_weather").map(\.name) == ["get_weather", "get_time"])
      let none: JSONObject =
        switch api {
        case .gemini: ["toolConfig": ["functionCallingConfig": ["mode": "NONE"]]]
        case .anthropic: ["tool_choice": ["type": "none"]]
        default: ["tool_choice": "none"]
        }
      #expect(try await calls("use get_weather", none).isEmpty)
      guard api != .gemini else { return }
      let one: JSONObject =
        api == .anthropic
        ? ["tool_choice": ["type": "auto", "disable_parallel_tool_use": true]]
        : ["parallel_tool_calls": false]
      #expect(try await calls("get_time and get_weather", one).map(\.name) == ["get_weather"])
    }
  }

  @Test("are forced by the client, one function or any", arguments: ProviderAPI.allCases)
  func forced(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      for (name, expected) in [("get_time", "get_time"), (nil, "get_weather")] {
        let body = Self.tools(api).merging(Self.force(api, name)) { _, last in last }
        let reply = try await api.ask(simulator, "hello", body)
        #expect(try Self.calls(api, reply).map(\.name) == [expected])
        let finishes: [ProviderAPI: String] = [.gemini: "STOP", .anthropic: "tool_use"]
        #expect(Self.finish(api, reply) == finishes[api] ?? "tool_calls")
      }
    }
  }

  @Test("are what a script says, several at once and with a text before", arguments: ProviderAPI.allCases)
  func scripted(api: ProviderAPI) async throws {
    let scripted: JSONValue = [
      ["name": "first", "arguments": ["a": [1, ["b": "ü"]], "c": nil]], ["name": "second"],
    ]
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["tool_calls": scripted, "answer": "Let me look."]]])
      let reply = try await api.ask(simulator, "hello")
      #expect(api.text(of: reply) == "Let me look.")
      #expect(
        try Self.calls(api, reply)
          == [
            Call(name: "first", arguments: ["a": [1, ["b": "ü"]], "c": nil]),
            Call(name: "second", arguments: [:]),
          ])
      let events = try await api.ask(simulator, "hello", isStream: true).events
      #expect(api.text(of: events).hasPrefix("Let me look."))
    }
  }

  // MARK: - Streams

  @Test("come from OpenAI's kind in fragments that add up", arguments: ProviderAPI.openAILike)
  func openAIStream(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let events = try await api.ask(
        simulator, "get_weather and get_time", Self.tools(api), isStream: true
      ).events
      let deltas = events.flatMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?.array ?? [] }
      for (index, name) in Self.names.enumerated() {
        let own = deltas.filter { $0["index"] == .integer(Int64(index)) }
        #expect(own.first?["function"]?["name"]?.string == name)
        #expect(own.first?["id"]?.string?.hasPrefix("call_") == true && own.first?["type"] == "function")
        #expect(own.count > 3, "arguments come bit by bit")
        #expect(own.dropFirst().allSatisfy { $0["id"] == nil && $0["function"]?["name"] == nil })
        let text = own.compactMap { $0["function"]?["arguments"]?.string }.joined()
        #expect(try JSONParser.parse(text) == Self.arguments)
      }
      let reasons = events.compactMap { $0["choices"]?[0]?["finish_reason"]?.string }
      #expect(reasons == ["tool_calls"])
    }
  }

  @Test("come from Gemini whole, each in a chunk, with a signature on the first")
  func geminiStream() async throws {
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.gemini
      let events = try await api.ask(
        simulator, "get_weather and get_time", Self.tools(api), isStream: true
      ).events
      let parts = events.flatMap { $0["candidates"]?[0]?["content"]?["parts"]?.array ?? [] }
      let calls = parts.filter { $0["functionCall"] != nil }
      #expect(calls.map { $0["functionCall"]?["name"] } == ["get_weather", "get_time"])
      #expect(calls.map { $0["functionCall"]?["args"] } == [Self.arguments, Self.arguments])
      #expect(calls.map { $0["thoughtSignature"] == nil } == [false, true])
      #expect(events.compactMap { $0["candidates"]?[0]?["finishReason"]?.string } == ["STOP"])
    }
  }

  @Test("come from Anthropic in blocks of partial JSON that add up")
  func anthropicStream() async throws {
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.anthropic
      let events = try await api.ask(
        simulator, "get_weather and get_time", Self.tools(api), isStream: true
      ).events
      let starts = events.filter { $0["type"] == "content_block_start" }
      #expect(starts.map { $0["content_block"]?["name"] } == ["get_weather", "get_time"])
      for index in 0..<2 {
        let deltas = events.filter {
          $0["type"] == "content_block_delta" && $0["index"]?.integer == Int64(index)
        }
        let text = deltas.compactMap { $0["delta"]?["partial_json"]?.string }.joined()
        #expect(deltas.count > 3)
        #expect(try JSONParser.parse(text) == Self.arguments)
      }
      let end = events.first { $0["type"] == "message_delta" }
      #expect(end?["delta"]?["stop_reason"] == "tool_use")
    }
  }

  // MARK: - Results

  @Test("are followed by an answer that quotes the results", arguments: ProviderAPI.allCases)
  func roundTrip(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await api.send(simulator, Self.conversation(api))
      #expect(reply.status == 200, "\(reply.body)")
      #expect(try Self.calls(api, reply).isEmpty)
      let text = api.text(of: reply) ?? ""
      #expect(text.contains("get_weather says: ") && text.contains("sunny, 21 degrees"), "\(text)")
      #expect(text.contains("get_time says: ") && text.contains("a quarter past nine"), "\(text)")
    }
  }

  /// A question, two calls, and their results.
  private static func conversation(_ api: ProviderAPI) -> JSONValue {
    let question = "get_weather and get_time"
    var body = api.question(question, tools(api)).object ?? [:]
    switch api {
    case .gemini:
      let results = [("get_weather", "sunny, 21 degrees"), ("get_time", "a quarter past nine")]
      body["contents"] = [
        ["role": "user", "parts": [["text": .string(question)]]],
        [
          "role": "model",
          "parts": .array(names.map { ["functionCall": ["name": .string($0), "args": [:]]] }),
        ],
        [
          "role": "user",
          "parts": .array(
            results.map { name, text in
              ["functionResponse": ["name": .string(name), "response": ["result": .string(text)]]]
            }),
        ],
      ]
    case .anthropic:
      body["messages"] = [
        ["role": "user", "content": .string(question)],
        [
          "role": "assistant",
          "content": [
            ["type": "tool_use", "id": "a", "name": "get_weather", "input": [:]],
            ["type": "tool_use", "id": "b", "name": "get_time", "input": [:]],
          ],
        ],
        [
          "role": "user",
          "content": [
            ["type": "tool_result", "tool_use_id": "a", "content": "sunny, 21 degrees"],
            [
              "type": "tool_result", "tool_use_id": "b",
              "content": [["type": "text", "text": "a quarter past nine"]],
            ],
          ],
        ],
      ]
    default:
      func call(_ id: String, _ name: String) -> JSONValue {
        [
          "id": .string(id), "type": "function",
          "function": ["name": .string(name), "arguments": "{\"city\":\"Ulm\"}"],
        ]
      }
      body["messages"] = [
        ["role": "user", "content": .string(question)],
        [
          "role": "assistant", "content": nil,
          "tool_calls": [call("a", "get_weather"), call("b", "get_time")],
        ], ["role": "tool", "tool_call_id": "a", "content": "sunny, 21 degrees"],
        ["role": "tool", "tool_call_id": "b", "content": [["type": "text", "text": "a quarter past nine"]]],
      ]
    }
    return .object(body)
  }
}
