import Testing

@testable import Shared

@Suite("Streams in OpenAI's dialect")
struct ChatStreamTests {
  private let dialect = ChatDialect()

  private func chunk(_ delta: String, reason: String = "null", usage: String = "null") -> String {
    #"{"id":"x","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}],"usage":\#(usage)}"#
  }

  @Test("texts, reason and usage come together, and [DONE] says nothing more")
  func answer() throws {
    let events = [
      chunk(#"{"role":"assistant","content":""}"#), chunk(#"{"content":"Hel"}"#),
      chunk(#"{"content":"lo"}"#), chunk("{}", reason: #""stop""#),
      #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}"#,
      "[DONE]",
    ]
    let usage = TokenUsage(
      promptTokens: 5, completionTokens: 2, cachedTokens: 4,
      told: [
        "prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": ["cached_tokens": 4],
        "total_tokens": 7,
      ])
    #expect(
      try dialect.assemble(events).get()
        == ProviderAnswer(Answer("Hello", finishReason: .stop, usage: usage)))
    let read = try dialect.events(of: events).events
    #expect(read.map(\.text) == ["", "Hel", "lo", "", "", ""])
    #expect(read[0].isEmpty)
  }

  @Test("calls whose fragments come among each other are put together by their indices")
  func toolCalls() throws {
    let events = [
      chunk(
        #"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#),
      chunk(
        #"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{"}}]}"#),
      chunk(
        #"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}},{"index":1,"function":{"arguments":"\"x\":1}"}}]}"#
      ),
      chunk("{}", reason: #""tool_calls""#),
    ]
    #expect(
      try dialect.assemble(events).get().answer
        == Answer(
          parts: [
            .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
            .toolCall(ToolCall(id: "b", name: "g", arguments: "{\"x\":1}")),
          ], finishReason: .toolCalls))
  }

  @Test("what an entry of a list tells with each delta is told once")
  func entries() throws {
    let entry = #"{"index":0,"type":"reasoning.text","format":"f1","text":"%"}"#
    let events = ["two ", "and two"].map { text in
      chunk(#"{"reasoning_details":[\#(entry.replacing("%", with: text))]}"#)
    }
    let deltas = try dialect.events(of: events).events
    var writer = ChatDeltaWriter()
    let written = deltas.map { writer.write(AnswerDelta($0)).message["reasoning_details"]?[0] }
    #expect(written[0]?["format"] == "f1" && written[0]?["text"] == "two ")
    #expect(written[1]?["format"] == nil && written[1]?["text"] == "and two")
  }

  @Test("a signature that is told with each fragment of a call is not joined to itself")
  func signature() throws {
    let signed = #""extra_content":{"google":{"thought_signature":"S=="}}"#
    let events = [
      chunk(#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"},\#(signed)}]}"#),
      chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"}"},\#(signed)}]}"#),
      chunk("{}", reason: #""tool_calls""#),
    ]
    let call = ToolCall(
      id: "a", name: "f", arguments: "{}", signature: "S==",
      maker: Maker(provider: DialectFixture.provider, dialect: .gemini))
    #expect(
      try dialect.assemble(events).get().answer == Answer(parts: [.toolCall(call)], finishReason: .toolCalls))
  }

  @Test("Groq's usage, thoughts and log probabilities are kept")
  func others() throws {
    let events = [
      #"{"choices":[{"delta":{"reasoning":"Hm"},"finish_reason":null}]}"#,
      #"{"choices":[{"delta":{"reasoning":"m."},"finish_reason":null}]}"#,
      #"{"choices":[{"delta":{"content":"A"},"logprobs":{"content":[{"token":"A"}]},"finish_reason":null}]}"#,
      #"{"choices":[{"delta":{"content":"B"},"logprobs":{"content":[{"token":"B"}]},"finish_reason":"stop"}],"#
        + #""x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}}}"#,
    ]
    var expected = Answer(
      parts: [.thought(Thought("Hmm.", member: "reasoning")), .text("AB")], finishReason: .stop,
      usage: TokenUsage(promptTokens: 1, completionTokens: 2))
    expected.choices[0].logprobs = ["content": [["token": "A"], ["token": "B"]]]
    #expect(try dialect.assemble(events).get() == ProviderAnswer(expected))
  }

  @Test("a stream without a finish reason was cut, [DONE] or not", arguments: [[], ["[DONE]"]])
  func cut(end: [String]) throws {
    let events = [chunk(#"{"content":"Hel"}"#)] + end
    #expect(try dialect.events(of: events).isComplete == false)
    #expect(dialect.assemble(events).fault == .failing("answer cut short"))
  }

  @Test(
    "what is wrong with a stream is a fault",
    arguments: [
      ("<html>", .failing, "not JSON"),
      (#"{"error":{"message":"m","code":502}}"#, .failing, "server error (502)"),
      (#"{"error":{"message":"m","code":429}}"#, .limited(resetsIn: .seconds(7)), "rate limited (429)"),
      (#"{"error":"m"}"#, .failing, "error in the answer"),
      (
        #"{"choices":[{"delta":{},"finish_reason":"error","error":{"code":400,"message":"m"}}]}"#,
        .requestRefused, "request refused (400)"
      ),
      (#"{"choices":[{"delta":{},"finish_reason":"error"}]}"#, .failing, "error in mid-answer"),
    ] as [(String, ProviderFault.Kind, String)])
  func broken(event: String, kind: ProviderFault.Kind, reason: String) {
    let fault = dialect.assemble([chunk(#"{"content":"Hel"}"#), event], headers: [("retry-after", "7")]).fault
    #expect(fault?.kind == kind)
    #expect(fault?.reason == reason)
  }

  @Test("a word for the end that nobody knows ends the answer")
  func unknownReason() throws {
    let events = [chunk(#"{"content":"Hel"}"#), chunk("{}", reason: #""banana""#)]
    #expect(
      try dialect.assemble(events).get()
        == ProviderAnswer(Answer("Hel", finishReason: .stop), unknownFinishReason: "banana"))
  }

  @Test("an answer that says nothing is one, and so is a refusal")
  func empty() throws {
    for (word, reason) in [("stop", FinishReason.stop), ("length", .length)] {
      let answer = try dialect.assemble([chunk("{}", reason: "\"\(word)\"")]).get().answer
      #expect(answer == Answer("", finishReason: reason) && answer.isEmpty)
    }
    let refusal = [chunk(#"{"refusal":"No"}"#), chunk(#"{"refusal":"."}"#, reason: #""stop""#)]
    #expect(
      try dialect.assemble(refusal).get().answer == Answer(parts: [.refusal("No.")], finishReason: .stop))
  }
}
