import Testing

@testable import Shared

@Suite("What providers add to the parts of an assistant's content goes to nobody else")
struct AddedPartTests {
  private static let dialects: [any WireDialect] = [
    ChatDialect(), GeminiDialect(), MessagesDialect(), ResponsesDialect(),
  ]

  private static let added: [JSONValue] = [
    ["type": "reference", "reference_ids": [1]],
    ["type": "reasoning", "summary": [["type": "summary_text", "text": "s"]], "id": "rs_1"],
    ["type": "tool_use", "id": "a", "name": "f", "input": [:]],
    ["type": "executable_code", "executable_code": "print(1)"],
    ["type": "server_tool_use", "id": "s", "name": "web_search", "input": [:]],
    ["type": "brand_new"],
  ]

  /// What is sent of a conversation in whose midst a model said this.
  private func sent(
    _ content: JSONValue, by dialect: any WireDialect, beside others: JSONObject = [:]
  ) throws -> JSONValue {
    var message: JSONObject = ["role": "assistant", "content": content]
    for (name, value) in others { message[name] = value }
    var messages: [JSONValue] = [["role": "user", "content": "A"], .object(message)]
    for call in others["tool_calls"]?.array ?? [] {
      messages.append(["role": "tool", "tool_call_id": call["id"] ?? "", "content": "r"])
    }
    messages.append(["role": "user", "content": "B"])
    return try dialect.json(of: DialectFixture.chat(messages: .array(messages)))
  }

  @Test(
    "a text goes without the members that its provider added, with what its client wishes", arguments: 0..<4)
  func texts(dialect: Int) throws {
    let part: JSONObject = [
      "type": "text", "text": "x", "index": 0, "id": "msg_1",
      "annotations": [["type": "url_citation", "url": "u"]],
      "citations": [["type": "char_location"]],
    ]
    let dialect = Self.dialects[dialect]
    #expect(try sent([.object(part)], by: dialect) == sent("x", by: dialect))
    var marked = part
    marked["cache_control"] = ["type": "ephemeral"]
    #expect(
      try sent([.object(marked)], by: dialect)
        == sent([["type": "text", "text": "x", "cache_control": ["type": "ephemeral"]]], by: dialect))
  }

  @Test("a part that nobody knows is left out, beside texts and calls", arguments: added, 0..<4)
  func parts(part: JSONValue, dialect: Int) throws {
    let dialect = Self.dialects[dialect]
    #expect(try sent([["type": "text", "text": "x"], part], by: dialect) == sent("x", by: dialect))
    let call: JSONObject = [
      "tool_calls": [["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"]]]
    ]
    #expect(try sent([part], by: dialect, beside: call) == sent(nil, by: dialect, beside: call))
  }

  @Test("a turn that was nothing else stands", arguments: added, 0..<4)
  func alone(part: JSONValue, dialect: Int) throws {
    let dialect = Self.dialects[dialect]
    let told = try sent([part], by: dialect)
    // An item of its own says no more of a text than it must.
    if dialect is ResponsesDialect {
      #expect(told["input"]?[1]?["content"] == [["type": "output_text", "text": "[omitted]"]])
    } else {
      #expect(try told == sent("[omitted]", by: dialect))
    }
  }

  @Test("a file of a model's that the target cannot take is left out", arguments: [1, 2])
  func files(dialect: Int) throws {
    let dialect = Self.dialects[dialect]
    let file: JSONValue = ["type": "file", "file": ["file_id": "file-1"]]
    #expect(try sent([["type": "text", "text": "x"], file], by: dialect) == sent("x", by: dialect))
    #expect(try sent([file], by: dialect) == sent("[file]", by: dialect))
  }

  @Test("what a model said in a part of Responses' is a text", arguments: 0..<4)
  func words(dialect: Int) throws {
    let dialect = Self.dialects[dialect]
    #expect(
      try sent([["type": "output_text", "text": "x", "annotations": []]], by: dialect)
        == sent("x", by: dialect))
  }

  @Test("the queue keeps all of it, and a user's part goes on or is refused as before")
  func others() throws {
    let content: JSONValue = [
      ["type": "text", "text": "x", "id": "msg_1"], ["type": "reference", "reference_ids": [1]],
    ]
    let request = try DialectFixture.chat(messages: [
      ["role": "user", "content": "A"], ["role": "assistant", "content": content],
    ])
    #expect(
      try JSONParser.parse(JobRequest.chat(request).encoded())["messages"]?[1]?["content"] == content)
    let asked = try DialectFixture.chat(messages: [["role": "user", "content": content]])
    #expect(try ChatDialect().json(of: asked)["messages"]?[0]?["content"] == content)
    for (dialect, name) in [(GeminiDialect() as any WireDialect, "Gemini"), (MessagesDialect(), "Anthropic")]
    {
      #expect(
        dialect.refusal(of: asked)?.message
          == "messages[0]: content[1]: \(name) has no `reference` parts; leave it out, or ask a provider that has it."
      )
    }
  }
}
