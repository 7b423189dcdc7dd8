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

  @Test("texts and usage add up, thoughts are left out")
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
      try dialect.assemble(events).get() == ProviderAnswer(text: "Hello", finishReason: .stop, usage: usage))
    let (pieces, _) = try dialect.pieces(of: events)
    #expect(pieces.map(\.delta.text) == ["", "Hel", "lo"])
    #expect(pieces.map { $0.usage?.completionTokens } == [9, 10, 11])
  }

  @Test("calls are counted across events, and make STOP mean calls")
  func calls() throws {
    let events = [
      event(#"{"text":"A"},{"functionCall":{"id":"a","name":"f","args":{"x":1}},"thoughtSignature":"c2ln"}"#),
      event(#"{"functionCall":{"id":"b","name":"g"}},{"functionCall":{"id":"c","name":"g","args":{}}}"#),
      event(#"{"text":""}"#, reason: "STOP"),
    ]
    let (pieces, isComplete) = try dialect.pieces(of: events)
    #expect(isComplete)
    #expect(
      pieces.map { $0.delta.message["tool_calls"]?.array?.map { $0["index"] } ?? [] } == [[0], [1, 2], []])
    let answer = try dialect.assemble(events).get()
    #expect(answer.finishReason == .toolCalls)
    #expect(answer.text == "A")
    #expect(
      answer.message["tool_calls"] == [
        [
          "id": "a", "type": "function", "function": ["name": "f", "arguments": "{\"x\":1}"],
          "extra_content": ["google": ["thought_signature": "c2ln"]],
        ], ["id": "b", "type": "function", "function": ["name": "g", "arguments": "{}"]],
        ["id": "c", "type": "function", "function": ["name": "g", "arguments": "{}"]],
      ])
  }

  @Test("a stream without a finish reason was cut")
  func cut() throws {
    let events = [event(#"{"text":"Hel"}"#)]
    #expect(try dialect.pieces(of: events).isComplete == false)
    #expect(dialect.assemble(events).fault == .failing("answer cut short"))
  }

  @Test(
    "what is wrong with a stream is a fault",
    arguments: [
      ("<html>", .failing, "not JSON"),
      (#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, .contentFiltered, "content filter (prompt)"),
      (#"{"candidates":[{"finishReason":"SAFETY"}]}"#, .contentFiltered, "content filter"),
      (#"{"candidates":[{"finishReason":"OTHER"}]}"#, .failing, "ended for no stated reason"),
      (#"{"candidates":[{"finishReason":"NEW"}]}"#, .failing, "unknown finish reason"),
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

  @Test("an answer that says nothing is none")
  func empty() {
    #expect(dialect.assemble([event("", reason: "STOP")]).fault == .failing("empty answer"))
    #expect(
      dialect.assemble([event(#"{"text":"hm","thought":true}"#, reason: "MAX_TOKENS")]).fault == .allThought)
  }
}
