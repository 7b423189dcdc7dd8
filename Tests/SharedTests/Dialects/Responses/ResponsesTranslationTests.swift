import Testing

@testable import Shared

@Suite("What was asked in Responses' form, told in other dialects")
struct ResponsesTranslationTests {
  private func asked(_ members: JSONObject, _ input: JSONValue = "Hi") throws -> ResponsesTranslation {
    try ResponsesTranslation(try ResponsesFixture.asked(input, members), for: "p")
  }

  private static let search: JSONValue = ["type": "web_search"]
  private static let function: JSONValue = [
    "type": "function", "name": "f", "parameters": ["type": "object"], "strict": false, "defer_loading": true,
  ]

  @Test("tools that only OpenAI can run are left out, and said so")
  func hosted() throws {
    let translation = try asked(["tools": [Self.search, Self.function], "tool_choice": "auto"])
    #expect(translation.dropped == ["tools.web_search"])
    #expect(translation.conversation.functions.map(\.name) == ["f"])
    #expect(translation.conversation.functions[0].extras == [:])
  }

  @Test(
    "a tool that must be called and cannot be is refused",
    arguments: [
      ["tools": [search], "tool_choice": ["type": "web_search"]],
      ["tools": [search], "tool_choice": "required"],
      [
        "tools": [search, function],
        "tool_choice": ["type": "allowed_tools", "mode": "required", "tools": [["type": "web_search"]]],
      ],
    ] as [JSONObject])
  func demanded(members: JSONObject) throws {
    let asked = try ResponsesFixture.asked("Hi", members)
    #expect(throws: Untranslatable.self) { try ResponsesTranslation(asked, for: "p") }
  }

  @Test("a namespace is told as its functions, and so are their calls")
  func namespaces() throws {
    let space: JSONValue = ["type": "namespace", "name": "mcp", "description": "", "tools": [Self.function]]
    let call: JSONValue = [
      "type": "function_call", "call_id": "1", "name": "f", "namespace": "mcp", "arguments": "{}",
    ]
    let output: JSONValue = ["type": "function_call_output", "call_id": "1", "output": "A"]
    let told = try asked(
      ["tools": [Self.function, space]], [["role": "user", "content": "A"], call, output]
    )
    .conversation
    #expect(told.functions.map(\.name) == ["f", "mcp__f"])
    #expect(told.turns[1].parts == [.toolCall(ToolCall(id: "1", name: "mcp__f", arguments: "{}"))])
    #expect(told.dialect == .chat)
  }

  @Test("names that are too long are told apart")
  func longNames() {
    let long = String(repeating: "a", count: 70)
    let tools = ["b", "c"].map { name in
      Tool.namespace(
        ToolNamespace(name: long, tools: [.function(FunctionTool(name: name))]))
    }
    let names = ToolNames(of: tools)
    let told = ["b", "c"].map { names.name(of: $0, in: long, isCustom: false) }
    #expect(Set(told).count == 2)
    for (name, told) in zip(["b", "c"], told) {
      #expect(told.utf8.count <= 64)
      #expect(names.tool(told: told)?.name == name)
      #expect(names.tool(told: told)?.namespace == long)
    }
  }

  @Test("a custom tool is told as a function of one text, its grammar in words")
  func custom() throws {
    let tool: JSONValue = [
      "type": "custom", "name": "patch", "description": "Patches.",
      "format": ["type": "grammar", "syntax": "lark", "definition": "start: X"],
    ]
    let call: JSONValue = ["type": "custom_tool_call", "call_id": "1", "name": "patch", "input": "a\"b"]
    let output: JSONValue = ["type": "custom_tool_call_output", "call_id": "1", "output": "A"]
    let told = try asked(
      ["tools": [tool], "tool_choice": ["type": "custom", "name": "patch"]], [call, output]
    ).conversation
    #expect(told.functions[0].description == "Patches.\n\nThe input follows this lark grammar:\nstart: X")
    #expect(told.functions[0].parameters?["required"] == ["input"])
    #expect(told.toolChoice == .function("patch"))
    #expect(
      told.turns[0].parts == [.toolCall(ToolCall(id: "1", name: "patch", arguments: #"{"input":"a\"b"}"#))])
  }

  @Test("tools that join on the way are told from the start")
  func additionalTools() throws {
    let item: JSONValue = ["type": "additional_tools", "role": "developer", "tools": [Self.function]]
    let told = try asked([:], [["role": "user", "content": "A"], item]).conversation
    #expect(told.functions.map(\.name) == ["f"])
    #expect(told.turns.count == 1)
  }

  @Test("members that chat has go on, and what nobody else knows is left out")
  func members() throws {
    let translation = try asked([
      "text": ["verbosity": "low"], "reasoning": ["effort": "high", "summary": "auto"],
      "prompt_cache_key": "k",
      "include": ["reasoning.encrypted_content", "message.output_text.logprobs"], "top_logprobs": 2,
      "truncation": "auto", "client_metadata": ["a": 1], "context_management": [],
    ])
    #expect(
      translation.conversation.extras == [
        "logprobs": true, "prompt_cache_key": "k", "top_logprobs": 2, "verbosity": "low",
      ])
    #expect(translation.conversation.parameters.effort == "high")
    #expect(translation.dropped == ["context_management", "truncation"])
  }

  @Test(
    "instructions are the system's word, and two calls with their outputs fit every dialect",
    arguments: Dialect.allCases)
  func everyDialect(dialect: Dialect) throws {
    let asked = try ResponsesFixture.asked(
      [
        ["role": "user", "content": "A"],
        ["type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"],
        ["type": "function_call", "call_id": "2", "name": "f", "arguments": "{}"],
        ["type": "function_call_output", "call_id": "1", "output": "one"],
        ["type": "function_call_output", "call_id": "2", "output": "two"],
        ["role": "developer", "content": "B"], ["role": "user", "content": "C"],
      ], ["instructions": "I", "tools": [Self.function]])
    let target = RequestTarget(provider: "p", model: "m")
    let written = try dialect.wire.told(asked, for: target, streams: false)
    let text = String(buffer: written.body)
    for word in ["one", "two", "\"I\"", "\"B\"", "\"C\""] { #expect(text.contains(word), "\(word)") }
    #expect(written.dropped == [])
  }

  @Test("pictures that a tool returned follow its result where that takes text only")
  func shownResults() throws {
    let asked = try ResponsesFixture.asked([
      ["type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"],
      ["type": "function_call", "call_id": "2", "name": "f", "arguments": "{}"],
      [
        "type": "function_call_output", "call_id": "1",
        "output": [["type": "input_image", "image_url": "data:image/png;base64,aGk="]],
      ], ["type": "function_call_output", "call_id": "2", "output": "two"],
    ])
    let written = try ChatDialect().told(asked, for: RequestTarget(provider: "p", model: "m"), streams: false)
    let messages = try JSONParser.parse(written.body)["messages"]?.array ?? []
    #expect(messages.map { $0["role"] } == ["assistant", "tool", "tool", "user"])
    #expect(messages.last?["content"]?[0]?["type"] == "image_url")
  }
}
