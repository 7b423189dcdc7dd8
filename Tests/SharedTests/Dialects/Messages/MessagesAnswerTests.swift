import Testing

@testable import Shared

@Suite("Answers in Anthropic's dialect")
struct MessagesAnswerTests {
  private func read(
    _ status: Int, _ body: String, headers: [(String, String)] = []
  ) -> Result<ProviderAnswer, ProviderFault> {
    MessagesDialect().read(DialectFixture.response(status, body, headers: headers))
  }

  private func answer(_ stopReason: String, content: String = #"[{"type":"text","text":"Hi"}]"#) -> String {
    #"{"type":"message","role":"assistant","content":\#(content),"stop_reason":\#(stopReason)}"#
  }

  private func error(_ type: String, _ message: String = "m") -> String {
    #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"},"request_id":"req_1"}"#
  }

  @Test("thoughts are no text, and the cache's tokens are the prompt's too")
  func usage() throws {
    let body = #"""
      {"content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"x"},
      {"type":"text","text":"A"},{"type":"text","text":"B"}],"stop_reason":"end_turn","usage":{"input_tokens":5,
      "cache_read_input_tokens":40,"cache_creation_input_tokens":300,"output_tokens":9,
      "output_tokens_details":{"thinking_tokens":7}}}
      """#
    let usage = TokenUsage(
      promptTokens: 345, completionTokens: 9, cachedTokens: 40, cacheWriteTokens: 300, reasoningTokens: 7)
    #expect(try read(200, body).get() == ProviderAnswer(text: "AB", finishReason: .stop, usage: usage))
  }

  @Test(
    "stop reasons have OpenAI's words",
    arguments: [
      ("end_turn", .stop), ("stop_sequence", .stop), ("max_tokens", .length),
      ("model_context_window_exceeded", .length), ("tool_use", .toolCalls),
    ] as [(String, FinishReason)])
  func stopReasons(reason: String, expected: FinishReason) throws {
    #expect(try read(200, answer("\"\(reason)\"")).get().finishReason == expected)
  }

  @Test("calls are an answer, without a word as well")
  func calls() throws {
    let content = #"""
      [{"type":"tool_use","id":"toolu_1","name":"f","input":{"b":1.5,"a":["x"]}},
      {"type":"tool_use","id":"toolu_2","name":"g"},
      {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}]
      """#
    var expected = ProviderAnswer(text: "", finishReason: .toolCalls, usage: .zero)
    expected.message["tool_calls"] = [
      [
        "id": "toolu_1", "type": "function",
        "function": ["name": "f", "arguments": #"{"b":1.5,"a":["x"]}"#],
      ], ["id": "toolu_2", "type": "function", "function": ["name": "g", "arguments": "{}"]],
    ]
    #expect(try read(200, answer(#""tool_use""#, content: content)).get() == expected)
  }

  @Test("a refusal is the content filter's word, also with some of its text")
  func refusal() {
    #expect(read(200, answer(#""refusal""#)).fault?.kind == .contentFiltered)
    let blocked = error("invalid_request_error", "Output blocked by content filtering policy")
    #expect(read(400, blocked).fault?.kind == .contentFiltered)
  }

  @Test(
    "what is no complete answer is a fault of the provider",
    arguments: [
      (#"{"content":[{"type":"text","text":"A"}],"stop_reason":null}"#, "no finish reason"),
      (#"{"content":[{"type":"text","text":"A"}],"stop_reason":"pause_turn"}"#, "paused in mid-answer"),
      (#"{"content":[{"type":"text","text":"A"}],"stop_reason":"new"}"#, "unknown finish reason"),
      (#"{"content":[],"stop_reason":"end_turn"}"#, "empty answer"),
      (#"{"content":[{"type":"thinking","thinking":"x"}],"stop_reason":"end_turn"}"#, "empty answer"),
      (#"{"content":"Hi","stop_reason":"end_turn"}"#, "no content in the answer"),
      ("{}", "no content in the answer"), ("[]", "no content in the answer"), ("<html>", "not JSON"),
      ("", "empty answer"), (#"{"type":"error","error":{"type":"api_error"}}"#, "server error (500)"),
      (#"{"type":"error","error":{"type":"new_error"}}"#, "error in the answer"),
    ])
  func hostile(body: String, reason: String) {
    #expect(read(200, body).fault == .failing(reason))
  }

  @Test("thinking that used up max_tokens is a fault of the request")
  func allThought() {
    #expect(read(200, answer(#""max_tokens""#, content: "[]")).fault == .allThought)
  }

  @Test(
    "an error's type says what its status would, also where there is no status",
    arguments: [
      (400, "invalid_request_error", .requestRefused, "request refused (400)"),
      (401, "authentication_error", .keyRefused, "key refused (401)"),
      (402, "billing_error", .keyRefused, "no credit (402)"),
      (403, "permission_error", .keyRefused, "key refused (403)"),
      (404, "not_found_error", .requestRefused, "not found (404)"),
      (413, "request_too_large", .requestRefused, "request too large (413)"),
      (429, "rate_limit_error", .limited(resetsIn: .seconds(7)), "rate limited (429)"),
      (500, "api_error", .failing, "server error (500)"),
      (504, "timeout_error", .failing, "server error (504)"),
      (529, "overloaded_error", .failing, "overloaded (529)"),
    ] as [(Int, String, ProviderFault.Kind, String)])
  func errors(status: Int, type: String, kind: ProviderFault.Kind, reason: String) {
    let expected = ProviderFault(kind, reason, message: "m")
    #expect(read(status, error(type), headers: [("retry-after", "7")]).fault == expected)
    #expect(read(200, error(type), headers: [("retry-after", "7")]).fault == expected)
  }

  @Test("credit that is spent comes as 400 and is no fault of the request")
  func noCredit() {
    let message = "Your credit balance is too low to access the Anthropic API."
    #expect(
      read(400, error("invalid_request_error", message)).fault
        == ProviderFault(.keyRefused, "no credit (400)", message: message))
  }

  @Test("a limit is over when Anthropic's own headers say so")
  func limitHeaders() {
    let headers = [
      ("date", "Sun, 06 Nov 1994 08:49:07 GMT"), ("anthropic-ratelimit-requests-remaining", "3"),
      ("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:08Z"),
      ("anthropic-ratelimit-tokens-remaining", "0"),
      ("anthropic-ratelimit-tokens-reset", "1994-11-06T08:49:37Z"),
    ]
    #expect(
      read(429, error("rate_limit_error"), headers: headers).fault?.kind
        == .limited(resetsIn: .seconds(30)))
  }

  @Test("a provider that echoes its key does not show it")
  func echoedKey() {
    let body = error("authentication_error", "invalid x-api-key sk-canary-0123456789")
    #expect(read(401, body).fault?.message == "invalid x-api-key ***")
  }
}
