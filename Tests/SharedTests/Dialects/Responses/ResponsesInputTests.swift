import Testing

@testable import Shared

@Suite("What is asked in Responses' form")
struct ResponsesInputTests {
  private static let call: JSONValue = [
    "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}",
  ]

  @Test(
    "what is wrong is told where it is",
    arguments: [
      ([["role": "user"]], [.index(0), .name("content")], nil),
      ([["content": "A"]], [.index(0), .name("type")], nil),
      ([1], [.index(0)], "Input should be an object"), ([], [], "Input should have an item at least"),
      (
        [["role": "tool", "content": "A"]], [.index(0), .name("role")],
        "Input should be 'user', 'assistant', 'system' or 'developer'"
      ),
      (
        [["role": "user", "content": [["type": "input_text"]]]],
        [.index(0), .name("content"), .index(0), .name("text")], nil
      ),
      (
        [["role": "user", "content": [["type": "input_image"]]]], [.index(0), .name("content"), .index(0)],
        "Input should have one of 'image_url', which is a string, and 'file_id'"
      ),
      (
        [["role": "user", "content": [["type": "input_image", "image_url": "data:image/png;base64,%%"]]]],
        [.index(0), .name("content"), .index(0), .name("image_url")],
        "Input should be an image: what follows the comma of a data: URL should be Base64."
      ),
      ([["type": "function_call", "call_id": "c", "name": "f"]], [.index(0), .name("arguments")], nil),
      (
        [["type": "function_call_output", "call_id": "c", "output": "A"]], [.index(0), .name("call_id")],
        "No tool call found for the output with this call_id"
      ),
      ([call], [.index(0)], "No tool output found for function call c"),
      (
        [["type": "item_reference", "id": "msg_1"]], [.index(0), .name("id")],
        "There is no item 'msg_1' here; send the item itself"
      ),
      (
        [["id": "msg_1"]], [.index(0), .name("id")], "There is no item 'msg_1' here; send the item itself"
      ),
    ] as [(JSONValue, [InputFault.Step], String?)])
  func faults(input: JSONValue, path: [InputFault.Step], sentence: String?) {
    let fault = ResponsesInput(input).faults.first
    #expect(fault?.path == path)
    #expect(fault?.sentence == sentence)
  }

  @Test("members that are null are as if they were not there")
  func nulls() throws {
    let asked = try ResponsesFixture.asked([
      [
        "type": "reasoning", "id": "rs_1", "summary": [], "content": nil, "encrypted_content": nil,
        "status": nil,
      ], ["type": "message", "role": "assistant", "content": "A", "status": nil, "phase": nil],
    ])
    #expect(asked.turns.map(\.role) == [.assistant])
    #expect(asked.turns[0].text == "A")
  }

  @Test("what lies between two turns of the user's is one turn of the model's")
  func oneTurn() throws {
    let asked = try ResponsesFixture.asked([
      ["role": "user", "content": "A"],
      ["type": "reasoning", "summary": [["type": "summary_text", "text": "Hm"]], "encrypted_content": "s"],
      ["type": "message", "role": "assistant", "content": [["type": "output_text", "text": "B"]]],
      ["type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"],
      ["type": "function_call", "call_id": "2", "name": "g", "arguments": "{}"],
      ["type": "function_call_output", "call_id": "1", "output": "one"],
      ["type": "function_call_output", "call_id": "2", "output": [["type": "input_text", "text": "two"]]],
    ])
    #expect(asked.turns.map(\.role) == [.user, .assistant, .tool, .tool])
    #expect(asked.turns[1].parts.count == 4)
    guard case .thought(let thought) = asked.turns[1].parts[0] else { return #expect(Bool(false)) }
    #expect(thought.text == "Hm" && thought.sealed == "s")
    #expect(thought.maker == Maker(provider: nil, dialect: .responses))
  }

  /// All that a client may bring, with members that nobody knows.
  static let everything: JSONValue = [
    ["type": "message", "role": "developer", "content": [["type": "input_text", "text": "D"]]],
    [
      "type": "message", "role": "user",
      "content": [
        ["type": "input_text", "text": "U", "prompt_cache_breakpoint": ["mode": "explicit"]],
        ["type": "input_image", "detail": "low", "image_url": "https://a.example/b.png"],
        ["type": "input_image", "detail": "auto", "file_id": "file-1"],
        ["type": "input_file", "file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"],
        ["type": "input_file", "file_url": "https://a.example/b.pdf"], ["type": "input_new", "x": 1],
      ], "new": 2,
    ],
    [
      "type": "reasoning",
      "summary": [["type": "summary_text", "text": "A"], ["type": "summary_text", "text": "B"]],
      "encrypted_content": "sealed",
    ],
    [
      "type": "message", "role": "assistant", "phase": "commentary", "status": "completed",
      "content": [
        ["type": "output_text", "text": "one", "annotations": [], "logprobs": []],
        ["type": "output_text", "text": "two", "annotations": [["type": "x"]], "logprobs": []],
      ],
    ],
    ["type": "web_search_call", "id": "ws_1", "status": "completed", "action": ["type": "search"]],
    [
      "type": "function_call", "status": "completed", "call_id": "1", "name": "f", "namespace": "n",
      "arguments": "{\"a\": 1}",
    ], ["type": "custom_tool_call", "call_id": "2", "name": "c", "input": "text"],
    ["type": "function_call_output", "call_id": "1", "output": "one"],
    [
      "type": "custom_tool_call_output", "call_id": "2",
      "output": [["type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,aGk="]],
    ], ["type": "additional_tools", "role": "developer", "tools": [["type": "function", "name": "late"]]],
    ["type": "message", "role": "assistant", "content": [["type": "refusal", "refusal": "No."]]],
    ["type": "message", "role": "user", "content": [["type": "input_text", "text": "Go on"]]],
  ]

  @Test("to a provider of the same dialect all goes as it came")
  func untouched() throws {
    let members: JSONObject = [
      "instructions": "I", "temperature": 0.5, "top_p": 0.25, "max_output_tokens": 99, "user": "u",
      "tools": [
        ["type": "function", "name": "f", "parameters": ["type": "object"], "strict": true, "new": 1],
        ["type": "custom", "name": "c", "format": ["type": "text"]],
        [
          "type": "namespace", "name": "n", "description": "",
          "tools": [["type": "function", "name": "f", "parameters": nil, "strict": nil]],
        ], ["type": "web_search", "external_web_access": false],
      ], "tool_choice": ["type": "allowed_tools", "mode": "auto", "tools": []], "parallel_tool_calls": true,
      "text": [
        "format": ["type": "json_schema", "name": "s", "schema": ["type": "object"], "strict": true],
        "verbosity": "low",
      ],
      "reasoning": ["effort": "high", "summary": "auto"], "include": ["file_search_call.results"],
      "prompt_cache_key": "k", "safety_identifier": "s", "service_tier": "flex", "truncation": "auto",
      "client_metadata": ["a": "b"], "max_tool_calls": 3,
    ]
    let written = try ResponsesDialect().json(
      of: try ResponsesFixture.asked(Self.everything, members), streams: true)
    #expect(written["input"] == Self.everything)
    var expected = members
    expected["model"] = "m/1"
    expected["stream"] = true
    expected["store"] = false
    expected["include"] = ["file_search_call.results", "reasoning.encrypted_content"]
    expected["input"] = Self.everything
    #expect(written == .object(expected))
  }

  @Test("the stored form keeps all of it")
  func stored() throws {
    let asked = try ResponsesFixture.asked(Self.everything, ["reasoning": ["effort": "low"], "new": [1]])
    let read = try JobRequest(stored: JobRequest.chat(asked).encoded())
    #expect(read == .chat(asked))
  }

  @Test("thoughts that nothing follows, and messages of nothing, are not sent")
  func lonelyThoughts() throws {
    let asked = try ResponsesFixture.asked([
      ["type": "reasoning", "summary": [], "encrypted_content": "s"],
      ["type": "message", "role": "assistant", "content": ""],
      ["role": "user", "content": "A"], ["type": "reasoning", "id": "rs_1", "summary": []],
      ["type": "message", "role": "assistant", "content": "B"],
    ])
    let written = try ResponsesDialect().json(of: asked)
    #expect(written["input"]?.array?.map { $0["role"] } == ["user", "assistant"])
  }

  @Test("what only another can take back goes nowhere else, and to its maker as it was")
  func sealed() throws {
    let mine = Part.thought(Thought("", sealed: "s", maker: Maker(provider: "p", dialect: .responses)))
    let other = Part.thought(Thought("", sealed: "t", maker: Maker(provider: "q", dialect: .responses)))
    let anthropic = Part.thought(Thought("", signature: "u", maker: Maker(provider: "a", dialect: .messages)))
    let items = [mine, other, anthropic].map { part -> JSONValue in
      [
        "type": "reasoning", "summary": [["type": "summary_text", "text": "Hm"]],
        "encrypted_content": SealedPart.sealed(part).map(JSONValue.string) ?? .null,
      ]
    }
    let asked = try ResponsesFixture.asked(
      .array(items + [["type": "message", "role": "assistant", "content": "A"]]))
    let written = try ResponsesDialect().json(of: asked)
    #expect(written["input"]?.array?.compactMap { $0["encrypted_content"] } == ["s"])
    let told = try ResponsesTranslation(asked, for: "a").conversation
    let thoughts = told.turns[0].parts.compactMap {
      if case .thought(let thought) = $0 { thought } else { nil }
    }
    #expect(thoughts == [Thought("Hm", signature: "u", maker: Maker(provider: "a", dialect: .messages))])
  }
}
