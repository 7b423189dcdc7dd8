import Shared
import Testing

@testable import Worker

@Suite("Answers put together from pieces")
struct AnswerAssemblerTests {
  private func assemble(_ pieces: [StreamPiece]) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in
      var assembler = AnswerAssembler()
      for piece in pieces { assembler.add(piece) }
      return try assembler.answer()
    }
  }

  private func piece(_ message: JSONObject) -> StreamPiece {
    StreamPiece(delta: AnswerDelta(message: message))
  }

  private let end = StreamPiece(finishReason: .stop)

  @Test("texts are joined, and of reasons and counts the last one holds")
  func joined() throws {
    let pieces = [
      StreamPiece(delta: AnswerDelta(text: "A"), usage: TokenUsage(promptTokens: 1, completionTokens: 1)),
      StreamPiece(delta: AnswerDelta(text: "B"), finishReason: .stop),
      StreamPiece(finishReason: .length, usage: TokenUsage(promptTokens: 1, completionTokens: 2)),
      StreamPiece(),
    ]
    #expect(
      try assemble(pieces).get()
        == ProviderAnswer(
          text: "AB", finishReason: .length, usage: TokenUsage(promptTokens: 1, completionTokens: 2)))
  }

  @Test("an answer that does not say why it ended is none")
  func noReason() {
    #expect(assemble([StreamPiece(delta: AnswerDelta(text: "A"))]).fault == .failing("no finish reason"))
    #expect(assemble([]).fault == .failing("no finish reason"))
  }

  @Test("calls stand in the order of their indices, whichever came first")
  func order() throws {
    let pieces = [
      piece(["tool_calls": [["index": 1, "id": "b", "function": ["name": "g", "arguments": "{"]]]]),
      piece(["tool_calls": [["index": 0, "id": "a", "function": ["name": "f", "arguments": "{}"]]]]),
      piece(["tool_calls": [["index": 1, "function": ["arguments": "}"]]]]), end,
    ]
    #expect(
      try assemble(pieces).get().message["tool_calls"] == [
        ["id": "a", "function": ["name": "f", "arguments": "{}"]],
        ["id": "b", "function": ["name": "g", "arguments": "{}"]],
      ])
  }

  @Test("of a call's members the first that comes holds, and its name is not repeated")
  func members() throws {
    let pieces = [
      piece([
        "tool_calls": [
          ["index": 0, "id": "a", "type": "function", "function": ["name": "f", "arguments": ""]]
        ]
      ]),
      piece([
        "tool_calls": [
          ["index": 0, "id": "x", "function": ["name": "f", "arguments": "{}"], "extra_content": 1]
        ]
      ]), end,
    ]
    #expect(
      try assemble(pieces).get().message["tool_calls"] == [
        [
          "id": "a", "type": "function", "extra_content": 1, "function": ["name": "f", "arguments": "{}"],
        ]
      ])
  }

  @Test("whole calls without an index, as some servers send them, are each one of their own")
  func noIndices() throws {
    let pieces = [
      piece(["tool_calls": [["id": "a", "function": ["name": "f", "arguments": "{}"]]]]),
      piece(["tool_calls": [["id": "b", "function": ["name": "g", "arguments": "{}"]]]]), end,
    ]
    #expect(
      try assemble(pieces).get().message["tool_calls"] == [
        ["id": "a", "function": ["name": "f", "arguments": "{}"]],
        ["id": "b", "function": ["name": "g", "arguments": "{}"]],
      ])
  }

  @Test("an index that is out of all bounds harms nobody")
  func hostileIndices() throws {
    let pieces = [
      piece(["tool_calls": [["index": .integer(.max), "id": "b"], ["index": -1, "id": "a"], 7]]), end,
    ]
    let calls = try #require(assemble(pieces).get().message["tool_calls"]?.array)
    #expect(calls.compactMap { $0["id"]?.string } == ["a", "b"])
  }

  @Test("thoughts alone are no answer")
  func onlyThoughts() {
    #expect(assemble([piece(["reasoning": "Hm"]), end]).fault == .failing("empty answer"))
    let tooLong = StreamPiece(finishReason: .length)
    #expect(assemble([piece(["reasoning": "Hm"]), tooLong]).fault == .allThought)
    let filtered = StreamPiece(finishReason: .contentFilter)
    #expect(assemble([piece(["reasoning": "Hm"]), filtered]).fault?.kind == .contentFiltered)
  }
}
