import TestSupport
import Testing

@testable import Shared

@Suite("What clients of Anthropic's ask")
struct MessagesRequestReaderTests {
  private static let hi: JSONObject = [
    "model": "m", "max_tokens": 10, "messages": [["role": "user", "content": "Hi"]],
  ]

  private func read(_ members: JSONObject) throws -> Conversation {
    try MessagesRequestReader.read(.object(Self.hi.merging(members) { $1 })).conversation
  }

  private func fault(_ members: JSONObject) -> (path: String, sentence: String?)? {
    do {
      _ = try MessagesRequestReader.read(.object(Self.hi.merging(members) { $1 }))
      return nil
    } catch {
      let path = error.path.map { step in
        switch step {
        case .name(let name): name
        case .index(let index): "\(index)"
        }
      }
      return (path.joined(separator: "."), error.sentence)
    }
  }

  @Test("Anthropic is asked what its client said, to the last member, for 300 random requests")
  func untouched() throws {
    var samples = MessagesRequestSamples(seed: 7)
    for number in 0..<300 {
      let request = samples.request()
      let conversation = try MessagesRequestReader.read(request).conversation
      let target = RequestTarget(provider: "p", model: "m/1")
      let written = try MessagesDialect().told(conversation, for: target, streams: false)
      let body = try JSONParser.parse(written.body)
      #expect(body == request, "\(number)")
      #expect(written.dropped == [])
      #expect(try JobRequest(stored: JobRequest.chat(conversation).encoded()) == .chat(conversation))
      let count = JobRequest.count(conversation)
      #expect(try JobRequest(stored: count.encoded()) == count)
    }
  }

  @Test("a text stands for one block, and instructions may stand on the way")
  func short() throws {
    let conversation = try read([
      "system": "Be brief.",
      "messages": [
        ["role": "user", "content": "A"], ["role": "assistant", "content": "B"],
        ["role": "user", "content": "C"], ["role": "system", "content": "D"],
      ],
    ])
    #expect(conversation.turns.map(\.text) == ["Be brief.", "A", "B", "C", "D"])
    #expect(conversation.turns.map(\.role) == [.system, .user, .assistant, .user, .system])
    #expect(conversation.parameters.maxTokens == 10)
    #expect(conversation.dialect == .messages)
  }

  @Test("results come before what the user says to them, each in a turn of its own")
  func results() throws {
    let conversation = try read([
      "messages": [
        ["role": "user", "content": "A"],
        [
          "role": "assistant",
          "content": [
            ["type": "tool_use", "id": "1", "name": "f", "input": [:]],
            ["type": "tool_use", "id": "2", "name": "g", "input": ["a": 1]],
          ],
        ],
        [
          "role": "user",
          "content": [
            ["type": "tool_result", "tool_use_id": "2", "content": "no", "is_error": true],
            ["type": "tool_result", "tool_use_id": "1"], ["type": "text", "text": "B"],
          ],
        ],
      ]
    ])
    #expect(conversation.turns.map(\.role) == [.user, .assistant, .tool, .tool, .user])
    #expect(
      conversation.turns[2].parts == [
        .toolResult(ToolResult(callID: "2", parts: [.text("no")], isError: true))
      ])
    #expect(conversation.turns[3].parts == [.toolResult(ToolResult(callID: "1", parts: []))])
  }

  @Test("only a count goes without a longest answer")
  func counts() throws {
    var members = Self.hi
    members["max_tokens"] = nil
    #expect(fault([:]) == nil)
    #expect(throws: InputFault.self) { try MessagesRequestReader.read(.object(members)) }
    let counted = try MessagesRequestReader.read(.object(members), isCount: true).conversation
    #expect(counted.parameters.maxTokens == nil)
  }

  // MARK: - What is wrong

  private static func said(_ block: JSONValue, role: JSONValue = "user") -> JSONObject {
    ["messages": [["role": role, "content": [block]]]]
  }

  private static func image(_ source: JSONValue) -> JSONObject { said(["type": "image", "source": source]) }

  private static let use: JSONValue = [
    "role": "assistant", "content": [["type": "tool_use", "id": "1", "name": "f", "input": [:]]],
  ]

  @Test(
    "what Anthropic refuses is refused, with its place",
    arguments: [
      (["max_tokens": nil], "max_tokens"), (["max_tokens": "1"], "max_tokens"),
      (["max_tokens": -1], "max_tokens"), (["thread": ["type": "create"]], "thread"), (["n": 2], "n"),
      (["model": ""], "model"), (["messages": []], "messages"),
      (["messages": "Hi"], "messages"), (["stream": 1], "stream"), (["temperature": 1.5], "temperature"),
      (["messages": [["role": "tool", "content": "A"]]], "messages.0.role"),
      (["messages": [["role": "user"]]], "messages.0.content"),
      (["messages": [["role": "user", "content": ""]]], "messages.0"),
      (["messages": [["role": "user", "content": []]]], "messages.0"),
      (said(["type": "text", "text": ""]), "messages.0.content.0.text"),
      (said(["type": "text"]), "messages.0.content.0.text.text"),
      (said(["type": "video"]), "messages.0.content.0"),
      (said(["text": "A"]), "messages.0.content.0.type"),
      (
        image(["type": "base64", "media_type": "image/tiff", "data": "AAAA"]),
        "messages.0.content.0.image.source.base64.media_type"
      ),
      (
        image(["type": "base64", "media_type": "image/png", "data": "no base64!"]),
        "messages.0.content.0.image.source.base64.data"
      ),
      (
        image(["type": "base64", "media_type": "image/jpeg", "data": .string(MessagesRequestSamples.png)]),
        "messages.0.content.0.image.source.base64"
      ),
      (image(["type": "path"]), "messages.0.content.0.image.source"),
      (
        said([
          "type": "document", "source": ["type": "base64", "media_type": "application/pdf", "data": "AAAA"],
        ]), "messages.0.content.0.document.source.base64"
      ),
      (said(["type": "tool_use", "id": "1", "name": "f", "input": [:]]), "messages.0.content.0.tool_use"),
      (
        said(["type": "tool_use", "id": "1", "name": "f", "input": "{}"], role: "assistant"),
        "messages.0.content.0.tool_use.input"
      ),
      (said(["type": "tool_result", "tool_use_id": "1"]), "messages.0.content.0"),
      (["messages": [["role": "user", "content": "A"], use]], "messages.1"),
      (["messages": [use, use]], "messages.1"),
      (["tools": [["name": "f"]]], "tools.0.custom.input_schema"),
      (["tools": [["name": "a b", "input_schema": [:]]]], "tools.0.custom.name"),
      (
        ["tools": [["name": "f", "input_schema": [:]], ["name": "f", "input_schema": [:]]]], "tools"
      ),
      (["tool_choice": ["type": "any"]], "tool_choice"),
      (["tool_choice": ["type": "tool", "name": "f"]], "tool_choice"),
      (["tool_choice": ["type": "required"]], "tool_choice"),
      (["thinking": ["type": "enabled"]], "thinking.enabled.budget_tokens"),
      (["thinking": ["type": "much"]], "thinking"), (["metadata": ["user_id": 1]], "metadata.user_id"),
      (["stop_sequences": [" "]], "stop_sequences.0"),
      (["output_config": ["format": ["type": "json"]]], "output_config.format"),
      (["system": [["type": "image"]]], "system.0"),
    ] as [(JSONObject, String)])
  func refusals(members: JSONObject, path: String) {
    let found = fault(members)
    #expect(found?.path == path)
    #expect(found?.sentence != "")
  }

  @Test("10,000 messages and tools of many kinds are read")
  func many() throws {
    let messages = (0..<10_000).map { number -> JSONValue in
      ["role": number.isMultiple(of: 2) ? "user" : "assistant", "content": "A"]
    }
    #expect(try read(["messages": .array(messages)]).turns.count == 10_000)
  }

  // MARK: - Thoughts of others

  @Test("a thought of a model that signs none comes back without a signature, as LangChain sends it")
  func unsigned() throws {
    for thought: JSONObject in [
      ["type": "thinking", "thinking": "t"], ["type": "thinking", "thinking": "t", "signature": nil],
      ["type": "thinking", "thinking": "t", "signature": ""],
    ] {
      let history: JSONValue = [
        ["role": "user", "content": "q"],
        ["role": "assistant", "content": [.object(thought), ["type": "text", "text": "a"]]],
        ["role": "user", "content": "z"],
      ]
      let turns = try read(["messages": history]).turns
      #expect(turns[1].parts.first == .thought(Thought("t")))
    }
  }

  @Test("a thought of another maker's goes through Anthropic's clients and back to that maker alone")
  func foreign() throws {
    let gemini = Maker(provider: "g", dialect: .gemini)
    let parts: [Part] = [
      .thought(Thought("Hm.", signature: "c2ln", maker: gemini)),
      .toolCall(ToolCall(id: "1", name: "f", arguments: "{}", signature: "Y2FsbA==", maker: gemini)),
    ]
    let answer = Answer(parts: parts, finishReason: .toolCalls)
    let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero)
    let message = try JSONParser.parse(body)
    let history: JSONValue = [
      ["role": "user", "content": "A"], ["role": "assistant", "content": message["content"] ?? []],
      ["role": "user", "content": [["type": "tool_result", "tool_use_id": "1", "content": "B"]]],
    ]
    let conversation = try read(["messages": history, "thinking": ["type": "adaptive"]])
    #expect(conversation.turns[1].parts == parts)
    #expect(conversation.maker == gemini)

    func told(_ dialect: any WireDialect, _ provider: String) throws -> String {
      let target = RequestTarget(provider: provider, model: "m")
      return String(buffer: try dialect.told(conversation, for: target, streams: false).body)
    }
    #expect(try told(GeminiDialect(), "g").contains("Y2FsbA=="))
    for (dialect, provider) in [(ChatDialect(), "c"), (ResponsesDialect(), "r")]
      as [(any WireDialect, String)]
    {
      let text = try told(dialect, provider)
      #expect(!text.contains("Y2FsbA==") && !text.contains("Hm."), "\(provider)")
    }
    // Anthropic would refuse an answer to think on that does not begin with its own thought.
    let anthropic = try JSONParser.parse(told(MessagesDialect(), "a"))
    #expect(anthropic["messages"]?[1]?["content"]?.array?.map { $0["type"] } == ["tool_use"])
    #expect(anthropic["thinking"] == ["type": "disabled"])
  }

  @Test(
    "an answer that begins with no thought goes on without one, also where nothing tells whose it is",
    arguments: [
      ("call_1", "enabled", "disabled"), ("call_1", "adaptive", "disabled"),
      ("toolu_1", "enabled", "disabled"),
      ("toolu_1", "adaptive", "adaptive"),
    ])
  func withoutThought(id: String, asked: String, told: String) throws {
    func thinking(_ blocks: [JSONValue]) throws -> JSONValue? {
      var thinking: JSONObject = ["type": .string(asked)]
      if asked == "enabled" { thinking["budget_tokens"] = 1024 }
      let result: JSONValue = ["type": "tool_result", "tool_use_id": .string(id), "content": "B"]
      let conversation = try read([
        "max_tokens": 4000, "thinking": .object(thinking),
        "messages": [
          ["role": "user", "content": "A"], ["role": "assistant", "content": .array(blocks)],
          ["role": "user", "content": [result]],
        ],
      ])
      return try MessagesDialect().json(of: conversation)["thinking"]?["type"]
    }
    let use: JSONValue = ["type": "tool_use", "id": .string(id), "name": "f", "input": [:]]
    #expect(try thinking([use]) == .string(told))
    let thought: JSONValue = ["type": "thinking", "thinking": "Hm.", "signature": "c2ln"]
    #expect(try thinking([thought, use]) == .string(asked))
  }

  @Test("a budget that is too small is made as small as it may be, or there is none")
  func smallBudgets() throws {
    func thinking(_ budget: Int64, within limit: Int64) throws -> JSONValue? {
      let conversation = try read([
        "max_tokens": .integer(limit), "thinking": ["type": "enabled", "budget_tokens": .integer(budget)],
      ])
      return try MessagesDialect().json(of: conversation)["thinking"]
    }
    #expect(try thinking(500, within: 4000) == ["type": "enabled", "budget_tokens": 1024])
    #expect(try thinking(500, within: 600) == ["type": "disabled"])
    #expect(try thinking(2000, within: 4000) == ["type": "enabled", "budget_tokens": 2000])
  }
}
