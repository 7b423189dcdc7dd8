import Testing

@testable import Shared

@Suite("Streams in Gemini's dialect")
struct GeminiStreamTests {
  private let dialect = GeminiDialect()

  private func event(_ parts: String, reason: String? = nil, usage: String = "{}") -> String {
    let end = reason.map { #","finishReason":"\#($0)""# } ?? ""
    return
      #"{"candidates":[{"content":{"parts":[\#(parts)],"role":"model"}\#(end),"index":0}],"usageMetadata":\#(usage)}"#
  }

  @Test("thoughts, texts and usage add up")
  func answer() throws {
    let events = [
      event(#"{"text":"hm","thought":true}"#, usage: #"{"promptTokenCount":5,"thoughtsTokenCount":9}"#),
      event(
        #"{"text":"Hel"}"#, usage: #"{"promptTokenCount":5,"candidatesTokenCount":1,"thoughtsTokenCount":9}"#),
      event(
        #"{"text":"lo"}"#, reason: "STOP",
        usage:
          #"{"promptTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":9,"cachedContentTokenCount":3}"#
      ),
    ]
    let usage = TokenUsage(promptTokens: 5, completionTokens: 11, cachedTokens: 3, reasoningTokens: 9)
    #expect(
      try dialect.assemble(events).get()
        == ProviderAnswer(
          Answer(
            parts: [.thought(Thought("hm", maker: DialectFixture.maker(.gemini))), .text("Hello")],
            finishReason: .stop, usage: usage)))
    let read = try dialect.events(of: events).events
    #expect(read.map(\.text) == ["", "Hel", "lo"])
    #expect(read.map(\.completionTokens) == [9, 10, 11])
  }

  @Test("calls are parts of their own across events, and make STOP mean calls")
  func calls() throws {
    let events = [
      event(#"{"text":"A"},{"functionCall":{"id":"a","name":"f","args":{"x":1}},"thoughtSignature":"c2ln"}"#),
      event(#"{"functionCall":{"id":"b","name":"g"}},{"functionCall":{"id":"c","name":"g","args":{}}}"#),
      event(#"{"text":""}"#, reason: "STOP"),
    ]
    let (read, isComplete) = try dialect.events(of: events)
    #expect(isComplete)
    #expect(read.map(\.parts) == [[0, 1], [2, 3], []])
    #expect(
      try dialect.assemble(events).get().answer
        == Answer(
          parts: [
            .text("A"),
            .toolCall(
              ToolCall(
                id: "a", name: "f", arguments: "{\"x\":1}", signature: "c2ln",
                maker: DialectFixture.maker(.gemini))),
            .toolCall(ToolCall(id: "b", name: "g", arguments: "{}")),
            .toolCall(ToolCall(id: "c", name: "g", arguments: "{}")),
          ], finishReason: .toolCalls))
  }

  @Test(
    "pages that a search found end no thought, which stays one with its signature, and are told behind all else"
  )
  func sources() throws {
    let page = #"{"web":{"uri":"https://a.example","title":"t"}}"#
    let found =
      #"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]},"#
      + #""groundingMetadata":{"groundingChunks":[\#(page)]}}]}"#
    let events = [
      found,
      event(#"{"text":" so","thought":true,"thoughtSignature":"c2ln"},{"text":"Hello"}"#, reason: "STOP"),
    ]
    let citation = Citation(
      url: "https://a.example", title: "t",
      members: ["web": ["uri": "https://a.example", "title": "t"]], dialect: .gemini)
    #expect(
      try dialect.assemble(events).get().answer
        == Answer(
          parts: [
            .thought(Thought("hm so", signature: "c2ln", maker: DialectFixture.maker(.gemini))),
            .text("Hello"), .citation(citation),
          ], finishReason: .stop))
  }

  @Test("a stream without a finish reason was cut")
  func cut() throws {
    let events = [event(#"{"text":"Hel"}"#)]
    #expect(try dialect.events(of: events).isComplete == false)
    #expect(dialect.assemble(events).fault == .failing("answer cut short"))
  }

  @Test(
    "what is wrong with a stream is a fault",
    arguments: [
      ("<html>", .failing, "not JSON"),
      (#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#, .failing, "server error (503)"),
      (
        #"[{"error":{"code":429,"message":"m","details":[{"retryDelay":"3s"}]}}]"#,
        .limited(resetsIn: .seconds(3)), "rate limited (429)"
      ), (#"{"error":{"message":"m"}}"#, .failing, "error in the answer"),
    ] as [(String, ProviderFault.Kind, String)])
  func broken(last: String, kind: ProviderFault.Kind, reason: String) {
    let fault = dialect.assemble([event(#"{"text":"Hel"}"#), last]).fault
    #expect(fault?.kind == kind)
    #expect(fault?.reason == reason)
  }

  @Test(
    "however Gemini ends an answer, it is one",
    arguments: [
      (#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, .contentFilter, nil),
      (#"{"candidates":[{"finishReason":"SAFETY"}]}"#, .contentFilter, nil),
      (#"{"candidates":[{"finishReason":"OTHER"}]}"#, .stop, nil),
      (#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#, .stop, nil),
      (#"{"candidates":[{"finishReason":"NEW"}]}"#, .stop, "NEW"),
    ] as [(String, FinishReason, String?)])
  func ends(last: String, reason: FinishReason, unknown: String?) throws {
    #expect(
      try dialect.assemble([event(#"{"text":"Hel"}"#), last]).get()
        == ProviderAnswer(Answer("Hel", finishReason: reason), unknownFinishReason: unknown))
  }

  @Test("an answer that says nothing is one, unless Gemini calls it broken")
  func empty() throws {
    #expect(try dialect.assemble([event("", reason: "STOP")]).get().answer == Answer("", finishReason: .stop))
    let thoughts = [event(#"{"text":"hm","thought":true}"#, reason: "MAX_TOKENS")]
    #expect(try dialect.assemble(thoughts).get().answer.finishReason == .length)
    let broken = dialect.assemble([event("", reason: "MALFORMED_FUNCTION_CALL")])
    #expect(broken == .failure(.brokenAnswer("malformed function call")))
    let thought = [event(#"{"text":"hm","thought":true}"#), event("", reason: "MALFORMED_FUNCTION_CALL")]
    #expect(try dialect.assemble(thought).get().answer.finishReason == .stop)
  }
}
