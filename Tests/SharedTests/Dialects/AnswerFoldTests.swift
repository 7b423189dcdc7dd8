import Testing

@testable import Shared

@Suite("Answers put together from events")
struct AnswerFoldTests {
  private func fold(_ events: [AnswerEvent]) -> Answer {
    var answer = Answer()
    for event in events { answer.apply(event) }
    return answer
  }

  /// The calls that a stream of OpenAI's makes, of whose deltas each is a list of `tool_calls`.
  private func calls(_ deltas: JSONValue...) throws -> [Part] {
    let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#
    let chunks = deltas.map { calls -> String in
      JSONValue.object(["choices": [["index": 0, "delta": ["tool_calls": calls]]]]).description
    }
    return try ChatDialect().assemble(chunks + [end]).get().answer.choices[0].parts
  }

  @Test("texts are joined, and of reasons and counts the last one holds")
  func joined() {
    let events: [AnswerEvent] = [
      .part(.text("A"), at: 0, choice: 0), .usage(TokenUsage(promptTokens: 1, completionTokens: 1)),
      .part(.text("B"), at: 0, choice: 0), .finish(.stop, choice: 0), .finish(.length, choice: 0),
      .usage(TokenUsage(promptTokens: 1, completionTokens: 2)),
    ]
    #expect(
      fold(events)
        == Answer("AB", finishReason: .length, usage: TokenUsage(promptTokens: 1, completionTokens: 2)))
  }

  @Test("an answer that does not say why it ended has no reason")
  func noReason() {
    #expect(fold([.part(.text("A"), at: 0, choice: 0)]).finishReason == nil)
    #expect(fold([]) == Answer())
  }

  @Test("each choice has parts of its own")
  func choices() {
    let answer = fold([
      .part(.text("B"), at: 0, choice: 1), .part(.text("A"), at: 0, choice: 0), .finish(.stop, choice: 1),
    ])
    #expect(
      answer.choices == [Answer.Choice(parts: [.text("A")]), .init(parts: [.text("B")], finishReason: .stop)])
  }

  @Test("an answer told again is the same answer, however its events are grouped")
  func told() throws {
    let events: [AnswerEvent] = [
      .extras(["x": 1], .chat), .message(["y": 2], choice: 0),
      .part(.thought(Thought("H", maker: DialectFixture.maker(.messages))), at: 0, choice: 0),
      .part(.thought(Thought("m", signature: "s")), at: 0, choice: 0), .part(.text("A"), at: 1, choice: 0),
      .part(.toolCall(ToolCall(id: "a", name: "f", arguments: "{")), at: 2, choice: 0),
      .part(.text("B"), at: 1, choice: 0), .logprobs(["content": [1]], choice: 0),
      .part(.toolCall(ToolCall(id: "", name: "", arguments: "}")), at: 2, choice: 0),
      .logprobs(["content": [2]], choice: 0), .choice(["z": 3], choice: 0),
      .part(.refusal("No"), at: 3, choice: 0), .part(.refusal("."), at: 3, choice: 0),
    ]
    let whole = fold(events)
    #expect(
      whole.choices[0].parts == [
        .thought(Thought("Hm", signature: "s", maker: DialectFixture.maker(.messages))), .text("AB"),
        .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")), .refusal("No."),
      ])
    #expect(fold(whole.delta.events) == whole)
    for split in events.indices {
      #expect(fold(AnswerDelta(events[..<split]).events + AnswerDelta(events[split...]).events) == whole)
    }
    #expect(fold(AnswerDelta(events).events) == whole)
  }

  @Test("fragments of calls are joined by their indices, whichever came first")
  func order() throws {
    #expect(
      try calls(
        [["index": 1, "id": "b", "function": ["name": "g", "arguments": "{"]]],
        [["index": 0, "id": "a", "function": ["name": "f", "arguments": "{}"]]],
        [["index": 1, "function": ["arguments": "}"]]])
        == [
          .toolCall(ToolCall(id: "b", name: "g", arguments: "{}")),
          .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
        ])
  }

  @Test("of a call's members the first that comes holds, and its name is not repeated")
  func members() throws {
    #expect(
      try calls(
        [["index": 0, "id": "a", "type": "function", "function": ["name": "f", "arguments": ""]]],
        [["index": 0, "id": "a", "function": ["name": "f", "arguments": "{}"], "extra_content": 1]],
        [["index": 0, "function": ["arguments": ""], "extra_content": 2]])
        == [
          .toolCall(
            ToolCall(
              id: "a", name: "f", arguments: "{}", maker: DialectFixture.maker(.chat),
              extras: ["extra_content": 1]))
        ])
  }

  @Test(
    "whole calls without an index or with the same one, as some servers send them, are each one of their own")
  func noIndices() throws {
    let expected: [Part] = [
      .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
      .toolCall(ToolCall(id: "b", name: "g", arguments: "{}")),
    ]
    #expect(
      try calls(
        [["id": "a", "function": ["name": "f", "arguments": "{}"]]],
        [["id": "b", "function": ["name": "g", "arguments": "{}"]]]) == expected)
    #expect(
      try calls(
        [["index": 0, "id": "a", "function": ["name": "f", "arguments": "{}"]]],
        [["index": 0, "id": "b", "function": ["name": "g", "arguments": "{}"]]]) == expected)
  }

  @Test("an index that is out of all bounds harms nobody")
  func hostileIndices() throws {
    let parts = try calls([["index": .integer(.max), "id": "b"], ["index": -1, "id": "a"], 7])
    #expect(
      parts == [
        .toolCall(ToolCall(id: "b", name: "", arguments: "")),
        .toolCall(ToolCall(id: "a", name: "", arguments: "")),
      ])
  }

  @Test("thoughts alone are an answer, and an empty text is nothing at all")
  func onlyThoughts() {
    #expect(!fold([.part(.thought(Thought("Hm")), at: 0, choice: 0), .finish(.length, choice: 0)]).isEmpty)
    #expect(fold([.part(.text(""), at: 0, choice: 0), .finish(.stop, choice: 0)]).isEmpty)
  }
}
