import Shared
import Testing

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
}
