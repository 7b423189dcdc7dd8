import Shared
import Testing
import Tracing

@testable import Worker

@Suite("Messages as traces hold them")
struct GenAIMessageWriterTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(text) }

  @Test("turns are told part by part; images and the like by their kind alone")
  func turns() throws {
    var writer = GenAIMessageWriter()
    let turns = [
      Turn(role: .user, parts: [.text("Look"), .image(ImagePart(source: "data:image/png;base64,AAAA"))]),
      Turn(role: .assistant, parts: [.toolCall(ToolCall(id: "c1", name: "find", arguments: "{\"a\":1}"))]),
      Turn(role: .tool, parts: [.toolResult(ToolResult(callID: "c1", parts: [.text("found")]))]),
    ]
    let expected: JSONValue = [
      ["role": "user", "parts": [["type": "text", "content": "Look"], ["type": "image"]]],
      [
        "role": "assistant",
        "parts": [["type": "tool_call", "id": "c1", "name": "find", "arguments": "{\"a\":1}"]],
      ],
      ["role": "tool", "parts": [["type": "tool_call_response", "id": "c1", "response": "found"]]],
    ]
    #expect(try parse(writer.messages(turns)) == expected)
  }

  @Test("texts without room are cut, and what is written is JSON all the same")
  func room() throws {
    var writer = GenAIMessageWriter(room: 10)
    let turns = ["12345", "äöü\"ß", "never"].map { Turn(role: .user, text: $0) }
    let written = try parse(writer.messages(turns))
    let texts = written.array?.map { $0["parts"]?[0]?["content"]?.string } ?? []
    #expect(texts == ["12345", "äö…", "…"])
  }

  @Test("what looks like a secret is blotted out, also where a cut goes through it")
  func secrets() throws {
    let key = "sk-" + String(repeating: "a1", count: 20)
    var writer = GenAIMessageWriter(room: 64)
    let turns = [
      Turn(role: .user, text: "My key is \(key), keep it"),
      Turn(
        role: .assistant,
        parts: [.toolCall(ToolCall(id: "c1", name: "find", arguments: "{\"k\":\"\(key)\"}"))]),
      Turn(role: .user, text: "Again \(key)"),
    ]
    let text = writer.messages(turns)
    #expect(!text.contains("sk-") && text.contains("My key is ***, keep it"))
    let written = try parse(text)
    #expect(written[1]?["parts"]?[0]?["arguments"] == "{\"k\":\"***\"}")
  }

  @Test("OpenInference's messages have an attribute for each member, and a message for each tool's result")
  func openInference() {
    let key = "sk-" + String(repeating: "a1", count: 20)
    let turns: [(role: String, parts: [Part])] = [
      ("user", [.text("Look, \(key)"), .image(ImagePart(source: "data:image/png;base64,AAAA"))]),
      ("assistant", [.toolCall(ToolCall(id: "c1", name: "find", arguments: "{}"))]),
      ("tool", [.toolResult(ToolResult(callID: "c1", parts: [.text("found")]))]),
    ]
    let attributes = OpenInferenceMessages.attributes("llm.input_messages", of: turns)
    var told: [String: SpanAttribute] = [:]
    attributes.forEach { told[$0] = $1 }
    let expected: [String: SpanAttribute] = [
      "0.message.role": "user", "0.message.content": "Look, ***", "1.message.role": "assistant",
      "1.message.tool_calls.0.tool_call.id": "c1", "1.message.tool_calls.0.tool_call.function.name": "find",
      "1.message.tool_calls.0.tool_call.function.arguments": "{}", "2.message.role": "tool",
      "2.message.tool_call_id": "c1", "2.message.content": "found",
    ]
    #expect(told == Dictionary(uniqueKeysWithValues: expected.map { ("llm.input_messages.\($0)", $1) }))
  }

  @Test("of a long conversation the last messages are told")
  func longConversations() {
    let turns = (0..<100).map { (role: "user", parts: [Part.text("turn \($0)")]) }
    let attributes = OpenInferenceMessages.attributes("m", of: turns)
    #expect(attributes.count == 80 && attributes["m.39.message.content"]?.toSpanAttribute() == "turn 99")
  }
}
