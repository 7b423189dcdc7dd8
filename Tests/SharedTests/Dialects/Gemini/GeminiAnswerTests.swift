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

  @Test("thoughts are no text, but they are paid for")
  func thoughts() throws {
    let body = #"""
      {"candidates":[{"content":{"parts":[{"text":"hmm","thought":true},{"text":"A"},{"text":"B"}],
      "role":"model"},"finishReason":"STOP","index":0}],
      "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":30,
      "cachedContentTokenCount":4}}
      """#
    let usage = TokenUsage(promptTokens: 5, completionTokens: 32, cachedTokens: 4, reasoningTokens: 30)
    #expect(try read(200, body).get() == ProviderAnswer(text: "AB", finishReason: .stop, usage: usage))
  }

  @Test("MAX_TOKENS ends an answer as length")
  func length() throws {
    #expect(try read(200, candidate(#""MAX_TOKENS""#)).get().finishReason == .length)
  }

  @Test(
    "the filter's finish reasons are refusals",
    arguments: [
      "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
      "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
    ])
  func filtered(reason: String) {
    #expect(read(200, candidate("\"\(reason)\"")).fault?.kind == .contentFiltered)
  }

  @Test("a blocked prompt is a refusal")
  func blockedPrompt() {
    #expect(read(200, #"{"promptFeedback":{"blockReason":"SAFETY"}}"#).fault?.kind == .contentFiltered)
  }

  @Test(
    "what is no complete answer is a fault of the provider",
    arguments: [
      (#"{"candidates":[{"content":{"parts":[{"text":"A"}]}}]}"#, "no finish reason"),
      (#"{"candidates":[{"finishReason":"OTHER"}]}"#, "ended for no stated reason"),
      (#"{"candidates":[{"finishReason":"LANGUAGE"}]}"#, "unsupported language"),
      (#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#, "malformed function call"),
      (#"{"candidates":[{"finishReason":"NEW"}]}"#, "unknown finish reason"),
      (#"{"candidates":[{"finishReason":"STOP"}]}"#, "empty answer"),
      (
        #"{"candidates":[{"content":{"parts":[{"text":"x","thought":true}]},"finishReason":"STOP"}]}"#,
        "empty answer"
      ),
      (#"{"candidates":[]}"#, "no candidates in the answer"), ("{}", "no candidates in the answer"),
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
    let answer = try read(200, candidate(#""STOP""#, parts: parts)).get()
    #expect(answer.text == "Let me see.")
    #expect(answer.finishReason == .toolCalls)
    let calls = try #require(answer.message["tool_calls"]?.array)
    #expect(answer.message.count == 1)
    let ids = calls.compactMap { $0["id"]?.string }
    for id in ids.prefix(2) { #expect(id.wholeMatch(of: /call_[a-z2-7]{24}/) != nil) }
    #expect(Set(ids).count == 3)
    #expect(
      calls == [
        [
          "id": .string(ids[0]), "type": "function",
          "function": ["name": "f", "arguments": #"{"b":1.5,"a":["x"]}"#],
          "extra_content": ["google": ["thought_signature": "c2ln"]],
        ],
        ["id": .string(ids[1]), "type": "function", "function": ["name": "f", "arguments": "{}"]],
        ["id": "own", "type": "function", "function": ["name": "g", "arguments": "{}"]],
      ])
  }

  @Test("thinking that used up max_tokens is a fault of the request")
  func allThought() {
    #expect(read(200, candidate(#""MAX_TOKENS""#, parts: "[]")).fault == .allThought)
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
