import Testing

@testable import Shared

@Suite("Answers in Gemini's dialect")
struct GeminiAnswerTests {
  private func read(_ status: Int, _ body: String) -> Result<ProviderAnswer, ProviderFault> {
    GeminiDialect().read(DialectFixture.response(status, body))
  }

  private func candidate(_ finishReason: String, parts: String = #"[{"text":"Hi"}]"#) -> String {
    #"{"candidates":[{"content":{"parts":\#(parts)},"finishReason":\#(finishReason)}]}"#
  }

  @Test("thoughts stand beside the text, and are paid for")
  func thoughts() throws {
    let body = #"""
      {"candidates":[{"content":{"parts":[{"text":"hmm","thought":true},{"text":"A"},{"text":"B"}],
      "role":"model"},"finishReason":"STOP","index":0}],
      "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":30,
      "cachedContentTokenCount":4}}
      """#
    let usage = TokenUsage(promptTokens: 5, completionTokens: 32, cachedTokens: 4, reasoningTokens: 30)
    #expect(
      try read(200, body).get()
        == ProviderAnswer(
          Answer(
            parts: [.thought(Thought("hmm", maker: DialectFixture.maker(.gemini))), .text("AB")],
            finishReason: .stop, usage: usage)))
  }

  @Test("MAX_TOKENS ends an answer as length")
  func length() throws {
    #expect(try read(200, candidate(#""MAX_TOKENS""#)).get().answer.finishReason == .length)
  }

  @Test(
    "the filter's finish reasons are filtered answers, with what there is of their text",
    arguments: [
      "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
      "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
    ])
  func filtered(reason: String) throws {
    #expect(
      try read(200, candidate("\"\(reason)\"")).get().answer == Answer("Hi", finishReason: .contentFilter))
  }

  @Test("a blocked prompt is a filtered answer without a word, and its tokens are counted")
  func blockedPrompt() throws {
    let body = #"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":5}}"#
    #expect(
      try read(200, body).get().answer
        == Answer(
          "", finishReason: .contentFilter, usage: TokenUsage(promptTokens: 5, completionTokens: 0)))
  }

  @Test(
    "what is no answer is a fault of the provider",
    arguments: [
      ("{}", "no candidates in the answer"), ("[]", "no candidates in the answer"),
      ("<html>", "not JSON"), ("", "empty answer"),
      (#"[{"error":{"code":503,"message":"m"}}]"#, "server error (503)"),
    ])
  func hostile(body: String, reason: String) {
    let fault = read(200, body).fault
    #expect(fault?.kind == .failing)
    #expect(fault?.reason == reason)
  }

  @Test("a bad key comes as 400 and is a bad key nevertheless, also in an array of one")
  func badKey() {
    let error =
      #"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","#
      + #""details":[{"@type":"x/ErrorInfo","reason":"API_KEY_INVALID"}]}}"#
    let expected = ProviderFault(.keyRefused, "key refused (400)", message: "API key not valid.")
    #expect(read(400, error).fault == expected)
    #expect(read(400, "[\(error)]").fault == expected)
  }

  @Test("any other 400 is a fault of the request")
  func badRequest() {
    let fault = read(400, #"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}"#).fault
    #expect(fault == ProviderFault(.requestRefused, "request refused (400)", message: "m"))
  }

  @Test("RetryInfo says when a limit resets")
  func retryInfo() {
    let body = #"{"error":{"code":429,"details":[{"@type":"RetryInfo","retryDelay":"31s"}]}}"#
    #expect(read(429, body).fault?.kind == .limited(resetsIn: .seconds(31)))
  }

  @Test("a day's quota is gone for long, whatever RetryInfo says")
  func dailyQuota() {
    let body = #"""
      {"error":{"code":429,"message":"m","details":[
      {"@type":"QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
      {"@type":"RetryInfo","retryDelay":"31s"}]}}
      """#
    #expect(
      read(429, body).fault
        == ProviderFault(.limited(resetsIn: .seconds(3600)), "daily quota spent (429)", message: "m"))
  }

  @Test("calls are an answer, with Gemini's own ids or new ones, and their signatures")
  func calls() throws {
    let parts = #"""
      [{"text":"Let me see."},{"text":"hm","thought":true},
      {"functionCall":{"name":"f","args":{"b":1.5,"a":["x"]}},"thoughtSignature":"c2ln"},
      {"functionCall":{"name":"f"}},{"functionCall":{"id":"own","name":"g","args":{}}}]
      """#
    let answer = try read(200, candidate(#""STOP""#, parts: parts)).get().answer
    #expect(answer.finishReason == .toolCalls)
    let calls = answer.choices[0].parts.compactMap { part in
      if case .toolCall(let call) = part { call } else { nil }
    }
    for call in calls.prefix(2) { #expect(call.id.wholeMatch(of: /call_[a-z2-7]{24}/) != nil) }
    #expect(calls.count == 3 && Set(calls.map(\.id)).count == 3)
    let maker = DialectFixture.maker(.gemini)
    #expect(
      answer.choices[0].parts == [
        .text("Let me see."), .thought(Thought("hm", maker: maker)),
        .toolCall(
          ToolCall(
            id: calls[0].id, name: "f", arguments: #"{"b":1.5,"a":["x"]}"#, signature: "c2ln", maker: maker)),
        .toolCall(ToolCall(id: calls[1].id, name: "f", arguments: "{}")),
        .toolCall(ToolCall(id: "own", name: "g", arguments: "{}")),
      ])
    #expect(
      answer.chatMessage["tool_calls"]?[0] == [
        "id": .string(calls[0].id), "type": "function",
        "function": ["name": "f", "arguments": #"{"b":1.5,"a":["x"]}"#],
        "extra_content": [
          "google": ["thought_signature": "c2ln"],
          "sluice": ["maker": .string("gemini:\(DialectFixture.provider)")],
        ],
      ])
  }

  @Test("images, sounds, files and code are parts")
  func media() throws {
    let parts = #"""
      [{"inlineData":{"mimeType":"image/png","data":"aGk="}},{"inlineData":{"mimeType":"audio/wav","data":"aGkh"}},
      {"fileData":{"mimeType":"image/png","fileUri":"https://x/y.png"}},{"executableCode":{"code":"1"}},
      {"text":"","thoughtSignature":"c2ln"}]
      """#
    let maker = DialectFixture.maker(.gemini)
    #expect(
      try read(200, candidate(#""STOP""#, parts: parts)).get().answer.choices[0].parts == [
        .image(ImagePart(source: "data:image/png;base64,aGk=")),
        .audio(AudioPart(data: "aGkh", format: "wav")),
        .image(ImagePart(source: "https://x/y.png")),
        .opaque(
          OpaquePart(
            name: "", members: ["executableCode": ["code": "1"]], dialect: .gemini, maker: maker)),
        .thought(Thought("", signature: "c2ln", maker: maker)),
      ])
  }

  @Test(
    "an answer that came whole has ended, whatever it says of why",
    arguments: [
      ("null", nil), (#""OTHER""#, nil), (#""LANGUAGE""#, nil), (#""MALFORMED_FUNCTION_CALL""#, nil),
      (#""NEW""#, "NEW"),
    ] as [(String, String?)])
  func finishReasons(word: String, unknown: String?) throws {
    #expect(
      try read(200, candidate(word)).get()
        == ProviderAnswer(Answer("Hi", finishReason: .stop), unknownFinishReason: unknown))
  }

  @Test(
    "an answer with nothing in it is one, unless Gemini calls it broken",
    arguments: [
      #"{"candidates":[{"finishReason":"STOP"}]}"#, #"{"candidates":[{"finishReason":"OTHER"}]}"#,
      #"{"candidates":[{"finishReason":"NEW"}]}"#, #"{"candidates":[]}"#,
    ])
  func empty(body: String) throws {
    #expect(try read(200, body).get().answer == Answer("", finishReason: .stop))
  }

  @Test("thoughts alone are an answer")
  func onlyThoughts() throws {
    let answer = try read(200, candidate(#""STOP""#, parts: #"[{"text":"x","thought":true}]"#)).get().answer
    #expect(!answer.isEmpty && answer.text.isEmpty)
    #expect(
      try read(200, candidate(#""MAX_TOKENS""#, parts: "[]")).get().answer
        == Answer("", finishReason: .length))
  }

  @Test(
    "an answer that Gemini calls broken, with nothing in it, is a fault that no circuit counts",
    arguments: [
      ("MALFORMED_FUNCTION_CALL", "malformed function call"), ("MALFORMED_RESPONSE", "malformed response"),
      ("UNEXPECTED_TOOL_CALL", "unexpected tool call"), ("TOO_MANY_TOOL_CALLS", "too many tool calls"),
      ("MISSING_THOUGHT_SIGNATURE", "missing thought signature"),
    ])
  func broken(word: String, reason: String) {
    let usage = #""usageMetadata":{"promptTokenCount":1000,"thoughtsTokenCount":500}"#
    let body = #"{"candidates":[{"finishReason":"\#(word)"}],\#(usage)}"#
    guard case .failure(let fault) = read(200, body) else {
      Issue.record("it is broken")
      return
    }
    #expect(fault.kind == .failing && fault.reason == reason && !fault.countsForCircuit)
    #expect(
      fault.remains?.usage == TokenUsage(promptTokens: 1000, completionTokens: 500, reasoningTokens: 500),
      "it is paid all the same")
  }

  @Test("an error with status 200 means the status that it holds")
  func errorInSuccess() {
    #expect(read(200, #"{"error":{"code":401,"message":"m"}}"#).fault?.kind == .keyRefused)
    #expect(read(200, #"{"error":{"message":"m"}}"#).fault?.reason == "error in the answer")
  }

  @Test("a provider that echoes its key does not show it")
  func echoedKey() {
    let body = #"{"error":{"code":403,"message":"Key sk-canary-0123456789 is not allowed"}}"#
    #expect(read(403, body).fault?.message == "Key *** is not allowed")
  }
}
