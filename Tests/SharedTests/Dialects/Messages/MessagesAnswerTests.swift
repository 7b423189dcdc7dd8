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

  @Test("thoughts stand beside the text, and the cache's tokens are the prompt's too")
  func usage() throws {
    let body = #"""
      {"content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"x"},
      {"type":"text","text":"A"},{"type":"text","text":"B"}],"stop_reason":"end_turn","usage":{"input_tokens":5,
      "cache_read_input_tokens":40,"cache_creation_input_tokens":300,"output_tokens":9,
      "output_tokens_details":{"thinking_tokens":7}}}
      """#
    let usage = TokenUsage(
      promptTokens: 345, completionTokens: 9, cachedTokens: 40, cacheWriteTokens: 300, reasoningTokens: 7)
    let maker = DialectFixture.maker(.messages)
    let answer = try read(200, body).get().answer
    #expect(
      answer
        == Answer(
          parts: [
            .thought(Thought("Hm", signature: "s", maker: maker)),
            .thought(Thought("", sealed: "x", maker: maker)), .text("A"), .text("B"),
          ], finishReason: .stop, usage: usage))
    #expect(answer.text == "AB")
  }

  @Test(
    "stop reasons have OpenAI's words",
    arguments: [
      ("end_turn", .stop), ("stop_sequence", .stop), ("max_tokens", .length),
      ("model_context_window_exceeded", .length), ("tool_use", .toolCalls), ("pause_turn", .stop),
      ("refusal", .contentFilter),
    ] as [(String, FinishReason)])
  func stopReasons(reason: String, expected: FinishReason) throws {
    #expect(try read(200, answer("\"\(reason)\"")).get().answer.finishReason == expected)
  }

  @Test("calls are an answer, without a word as well")
  func calls() throws {
    let content = #"""
      [{"type":"tool_use","id":"toolu_1","name":"f","input":{"b":1.5,"a":["x"]}},
      {"type":"tool_use","id":"toolu_2","name":"g"},
      {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}]
      """#
    let search: JSONObject = ["type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": [:]]
    let maker = DialectFixture.maker(.messages)
    #expect(
      try read(200, answer(#""tool_use""#, content: content)).get().answer
        == Answer(
          parts: [
            .toolCall(ToolCall(id: "toolu_1", name: "f", arguments: #"{"b":1.5,"a":["x"]}"#)),
            .toolCall(ToolCall(id: "toolu_2", name: "g", arguments: "{}")),
            .opaque(OpaquePart(name: "", members: search, dialect: .messages, maker: maker)),
          ], finishReason: .toolCalls))
  }

  @Test("an answer that came whole has ended, and a word that nobody knows is told")
  func unknownReasons() throws {
    #expect(try read(200, answer("null")).get() == ProviderAnswer(Answer("Hi", finishReason: .stop)))
    #expect(
      try read(200, answer(#""new""#)).get()
        == ProviderAnswer(Answer("Hi", finishReason: .stop), unknownFinishReason: "new"))
  }

  @Test("a refusal is a filtered answer with what there is of its text; an error of the filter is a fault")
  func refusal() throws {
    #expect(try read(200, answer(#""refusal""#)).get().answer == Answer("Hi", finishReason: .contentFilter))
    let blocked = error("invalid_request_error", "Output blocked by content filtering policy")
    #expect(read(400, blocked).fault?.kind == .contentFiltered)
  }

  @Test(
    "what is no answer is a fault of the provider",
    arguments: [
      (#"{"content":null,"stop_reason":"end_turn"}"#, "no content in the answer"),
      ("{}", "no content in the answer"), ("[]", "no content in the answer"), ("<html>", "not JSON"),
      ("", "empty answer"), (#"{"type":"error","error":{"type":"api_error"}}"#, "server error (500)"),
      (#"{"type":"error","error":{"type":"new_error"}}"#, "error in the answer"),
    ])
  func hostile(body: String, reason: String) {
    #expect(read(200, body).fault == .failing(reason))
  }

  @Test("an answer with nothing in it, or with thoughts alone, is an answer")
  func empty() throws {
    #expect(
      try read(200, answer(#""end_turn""#, content: "[]")).get().answer == Answer("", finishReason: .stop))
    #expect(
      try read(200, answer(#""max_tokens""#, content: "[]")).get().answer == Answer("", finishReason: .length)
    )
    let thoughts = #"[{"type":"thinking","thinking":"x"}]"#
    let answer = try read(200, answer(#""end_turn""#, content: thoughts)).get().answer
    #expect(!answer.isEmpty && answer.text.isEmpty && answer.finishReason == .stop)
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
