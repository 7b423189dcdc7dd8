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

  /// What a provider that speaks Anthropic's dialect is sent of what a model said.
  private static func sent(_ parts: [Part], to provider: String) throws -> [JSONValue] {
    let asked = Conversation(
      turns: [Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: parts)], dialect: .messages)
    let target = RequestTarget(provider: provider, model: "m")
    let body = try MessagesDialect().write(asked, for: target, streams: false).body
    return try JSONParser.parse(body)["messages"]?[1]?["content"]?.array ?? []
  }

  private static let signed: JSONValue = ["type": "thinking", "thinking": "Hm", "signature": "EqRk"]
  private static let sealed: JSONValue = ["type": "redacted_thinking", "data": "d"]
  private static let text: JSONValue = ["type": "text", "text": "A"]

  @Test("a client is told Anthropic's own as it said them, and beside them whose they are")
  func told() throws {
    let made = Maker(provider: "anthropic", dialect: .messages, key: .listed(2))
    let answer = Answer(
      parts: [
        .thought(Thought("Hm", signature: "EqRk", maker: made)),
        .thought(Thought("", sealed: "d", maker: made)),
      ], finishReason: .stop)
    let named: JSONObject = ["sluice": "anthropic:anthropic#2"]
    let whole = try JSONParser.parse(
      MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero))
    let signed = (Self.signed.object ?? [:]).merging(named) { own, _ in own }
    let sealed = (Self.sealed.object ?? [:]).merging(named) { own, _ in own }
    #expect(whole["content"] == [.object(signed), .object(sealed)])

    var writer = MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
    let events = try writer.whole(answer, of: "m", usage: .zero).map { try JSONParser.parse($0.data) }
    let begun = events.compactMap { $0["content_block"] }
    #expect(begun.map { $0["sluice"] } == [named["sluice"], named["sluice"]])
    #expect(events.compactMap { $0["delta"]?["signature"]?.string } == ["EqRk"])
    #expect(begun.last?["data"] == "d")
  }

  @Test("Anthropic's own go back as they were to the one of its dialect's that made them, and to no other")
  func own() throws {
    let made = Maker(provider: "anthropic", dialect: .messages, key: .listed(2))
    let parts: [Part] = [
      .thought(Thought("Hm", signature: "EqRk", maker: made)),
      .thought(Thought("", sealed: "d", maker: made)),
      .text("A"),
    ]
    let returned = try Self.returned(parts)
    #expect(returned == parts && Conversation(turns: [Turn(role: .assistant, parts: returned)]).maker == made)
    #expect(try Self.sent(returned, to: "anthropic") == [Self.signed, Self.sealed, Self.text])
    #expect(try Self.sent(returned, to: "other") == [Self.text])
  }

  @Test(
    "what nothing tells the maker of, as in a history that began elsewhere, goes to whoever speaks the dialect"
  )
  func unknown() throws {
    let maker = Maker(provider: nil, dialect: .messages)
    let parts: [Part] = [
      .thought(Thought("Hm", signature: "EqRk", maker: maker)),
      .thought(Thought("", sealed: "d", maker: maker)),
      .text("A"),
    ]
    #expect(try Self.returned(parts) == parts)
    #expect(try Self.sent(parts, to: "other") == [Self.signed, Self.sealed, Self.text])
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
