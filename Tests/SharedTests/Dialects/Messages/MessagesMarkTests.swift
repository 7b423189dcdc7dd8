import OrderedCollections
import Testing

@testable import Shared

@Suite("Thoughts of other makers on their way through Anthropic's clients")
struct MessagesMarkTests {
  private static let gemini = Maker(provider: "google", dialect: .gemini, key: .listed(2))

  /// The parts as a client gives them back that was told them.
  private static func returned(_ parts: [Part]) throws -> [Part] {
    let answer = Answer(parts: parts, finishReason: .toolCalls)
    let whole = try JSONParser.parse(
      MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero))
    let request: JSONValue = [
      "model": "m", "max_tokens": 9,
      "messages": [
        ["role": "user", "content": "Hi"], ["role": "assistant", "content": whole["content"] ?? []],
        [
          "role": "user",
          "content": .array(
            parts.compactMap { part -> JSONValue? in
              guard case .toolCall(let call) = part else { return nil }
              return ["type": "tool_result", "tool_use_id": .string(call.id)]
            } + [["type": "text", "text": "Go on"]]),
        ],
      ],
    ]
    return try MessagesRequestReader.read(request).conversation.turns[1].parts
  }

  @Test(
    "what a maker wants back comes back, and whose it is",
    arguments: [
      Part.thought(Thought("Hm", signature: "c2ln", maker: gemini)),
      .thought(Thought("", signature: "c2ln", maker: gemini)),
      .thought(Thought("", sealed: "c2VhbA==", maker: Maker(provider: "o", dialect: .responses))),
      .thought(
        Thought(
          "Sum", sealed: "c2VhbA==", maker: Maker(provider: "o", dialect: .responses),
          extras: ["id": "rs_1"])),
      .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"x":1}"#, signature: "c2ln", maker: gemini)),
      .opaque(
        OpaquePart(
          name: "reasoning_details", members: ["data": "x"], dialect: .chat,
          maker: Maker(provider: "r", dialect: .chat))),
    ])
  func returns(part: Part) throws {
    #expect(try Self.returned([part]) == [part])
  }

  @Test("Anthropic's own signatures and sealed thoughts go through as they are")
  func own() throws {
    let made = Maker(provider: "anthropic", dialect: .messages)
    let parts = try Self.returned([
      .thought(Thought("Hm", signature: "EqRk", maker: made)),
      .thought(Thought("", sealed: "d", maker: made)),
      .text("A"),
    ])
    let maker = Maker(provider: nil, dialect: .messages)
    #expect(
      parts == [
        .thought(Thought("Hm", signature: "EqRk", maker: maker)),
        .thought(Thought("", sealed: "d", maker: maker)), .text("A"),
      ])
  }

  @Test("a thought that nobody signed is told, and goes back to nobody who would refuse it")
  func unsigned() throws {
    let parts = try Self.returned([.thought(Thought("Hm", member: "reasoning_content")), .text("A")])
    #expect(parts == [.thought(Thought("Hm")), .text("A")])
  }

  @Test("a signature that only looks like a mark is a signature")
  func forged() throws {
    for text in ["eyJzbHVpY2Ui", "eyJzbHVpY2UiOnsieCI6MX19", "eyJzbHVpY2Ui!!!!"] {
      #expect(MakersMark.unwrap(text) == nil)
    }
  }
}
