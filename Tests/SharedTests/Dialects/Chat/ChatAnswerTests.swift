import Testing

@testable import Shared

@Suite("Answers in OpenAI's dialect")
struct ChatAnswerTests {
  typealias Kind = ProviderFault.Kind

  private func read(
    _ status: Int, _ body: String, headers: [(String, String)] = []
  ) -> Result<ProviderAnswer, ProviderFault> {
    ChatDialect().read(DialectFixture.response(status, body, headers: headers))
  }

  @Test("an answer gives its text, its finish reason and what it used")
  func answer() throws {
    let answer = try read(200, DialectFixture.chatAnswer("A\\nB", finishReason: "length")).get()
    let usage = TokenUsage(promptTokens: 14, completionTokens: 24)
    #expect(answer == ProviderAnswer(Answer("A\nB", finishReason: .length, usage: usage)))
  }

  @Test("white space that keeps a slow answer's connection awake does not harm it")
  func leadingWhiteSpace() throws {
    #expect(try read(200, "\n\n  \n" + DialectFixture.chatAnswer("Hi")).get().answer.text == "Hi")
  }

  @Test("content in parts is joined")
  func parts() throws {
    let body = #"""
      {"choices":[{"message":{"content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]},
      "finish_reason":"stop"}]}
      """#
    #expect(try read(200, body).get().answer.text == "AB")
  }

  @Test(
    "usage that is missing, negative or absurd is clamped",
    arguments: [
      ("null", 0), ("{}", 0), (#"{"completion_tokens":-5}"#, 0), (#"{"completion_tokens":"9"}"#, 9),
      (#"{"completion_tokens":9223372036854775807}"#, TokenUsage.limit),
      (#"{"completion_tokens":1e300}"#, TokenUsage.limit),
    ])
  func usage(usage: String, completion: Int) throws {
    let body =
      #"{"choices":[{"message":{"content":"A"},"finish_reason":"stop"}],"usage":"# + usage + "}"
    #expect(try read(200, body).get().answer.usage.completionTokens == completion)
  }

  @Test(
    "every status has its place in the outcome table",
    arguments: [
      (302, .failing, "redirect (302)"), (400, .requestRefused, "request refused (400)"),
      (401, .keyRefused, "key refused (401)"), (402, .keyRefused, "no credit (402)"),
      (403, .keyRefused, "key refused (403)"), (404, .requestRefused, "not found (404)"),
      (405, .requestRefused, "request refused (405)"),
      (408, .limited(resetsIn: nil), "request timed out (408)"),
      (409, .limited(resetsIn: nil), "conflict (409)"),
      (413, .requestRefused, "request too large (413)"), (422, .requestRefused, "request refused (422)"),
      (425, .limited(resetsIn: nil), "too early (425)"), (429, .limited(resetsIn: nil), "rate limited (429)"),
      (498, .failing, "no capacity (498)"), (499, .failing, "cancelled by the provider (499)"),
      (500, .failing, "server error (500)"), (503, .failing, "server error (503)"),
      (529, .failing, "overloaded (529)"), (777, .failing, "unexpected status (777)"),
    ] as [(Int, Kind, String)])
  func statuses(status: Int, kind: Kind, reason: String) {
    let fault = read(status, #"{"error":{"message":"Its own words"}}"#).fault
    #expect(fault == ProviderFault(kind, reason, message: "Its own words"))
    #expect(read(status, "<html>Bad gateway</html>").fault == ProviderFault(kind, reason))
  }

  @Test("what another key of the provider may mend is told from what is the provider's own")
  func ofKey() {
    func isOfKey(_ status: Int) -> Bool? {
      if case .failure(let fault) = read(status, "") { fault.isOfKey } else { nil }
    }
    for status in [401, 402, 403, 429] { #expect(isOfKey(status) == true) }
    for status in [400, 404, 408, 409, 425, 500, 529] { #expect(isOfKey(status) == false) }
  }

  @Test("a spent quota is a spent key, not a limit that resets")
  func insufficientQuota() {
    let body = #"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#
    #expect(read(429, body).fault?.kind == .keyRefused)
  }

  @Test(
    "a flagged prompt is the content filter's word and no wrong key",
    arguments: [
      (403, #"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["violence"]}}}"#),
      (400, #"{"error":{"code":"content_policy_violation","message":"no"}}"#),
      (400, #"{"error":{"code":"content_filter","message":"no"}}"#),
    ])
  func moderation(status: Int, body: String) {
    #expect(read(status, body).fault?.kind == .contentFiltered)
  }

  @Test("a limit is over when the provider says so")
  func limited() {
    #expect(
      read(429, "", headers: [("Retry-After", "7")]).fault?.kind == .limited(resetsIn: .seconds(7)))
  }

  @Test(
    "a success that is none is a fault of the provider",
    arguments: [
      ("", "empty answer"), ("<html>hello</html>", "not JSON"), (#"{"choices":[{"mess"#, "not JSON"),
      ("[]", "no choices in the answer"),
      ("null", "no choices in the answer"), (#"{"choices":"x"}"#, "no choices in the answer"),
      (#"{"choices":[{"message":{"content":"A"},"finish_reason":"error"}]}"#, "error in mid-answer"),
      (
        #"{"choices":[{"message":{"content":"A"},"finish_reason":"insufficient_system_resource"}]}"#,
        "error in mid-answer"
      ),
      (#"{"error":"out of order"}"#, "error in the answer"),
      (#"{"error":{"code":502,"message":"upstream"}}"#, "server error (502)"),
    ])
  func hostile(body: String, reason: String) {
    let fault = read(200, body).fault
    #expect(fault?.kind == .failing)
    #expect(fault?.reason == reason)
  }

  @Test("nesting as deep as a stack does not matter")
  func deep() {
    #expect(read(200, String(repeating: "[", count: 100_000)).fault?.reason == "not JSON")
  }

  @Test(
    "an error with status 200 means the status that it holds",
    arguments: [(400, .requestRefused), (402, .keyRefused), (429, .limited(resetsIn: nil))] as [(Int, Kind)])
  func errorInSuccess(code: Int, kind: Kind) {
    #expect(read(200, #"{"error":{"code":\#(code),"message":"m"}}"#).fault?.kind == kind)
    let choice = #"{"choices":[{"error":{"code":\#(code),"message":"m"},"finish_reason":"error"}]}"#
    #expect(read(200, choice).fault?.kind == kind)
  }

  @Test(
    "an answer that came whole has ended, whether or not it says so",
    arguments: [
      ("null", .stop, nil), (#""""#, .stop, nil), (#""eos_token""#, .stop, nil),
      (#""model_length""#, .length, nil), (#""banana""#, .stop, "banana"),
    ] as [(String, FinishReason, String?)])
  func finishReasons(word: String, reason: FinishReason, unknown: String?) throws {
    let answer = try read(200, #"{"choices":[{"message":{"content":"A"},"finish_reason":\#(word)}]}"#).get()
    #expect(answer == ProviderAnswer(Answer("A", finishReason: reason), unknownFinishReason: unknown))
  }

  @Test(
    "an answer with nothing in it is an answer",
    arguments: [
      (#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#, .stop),
      (#"{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}"#, .stop),
      (#"{"choices":[{"finish_reason":"stop"}]}"#, .stop),
      (#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#, .length),
      (#"{"choices":[]}"#, nil),
    ] as [(String, FinishReason?)])
  func empty(body: String, reason: FinishReason?) throws {
    let answer = try read(200, body).get().answer
    #expect(answer.isEmpty && answer.finishReason == reason)
  }

  @Test("an answer that the content filter withheld is one, with what there is of its text")
  func contentFilter() throws {
    let answer = try read(200, DialectFixture.chatAnswer("Par", finishReason: "content_filter")).get().answer
    #expect(answer.text == "Par" && answer.finishReason == .contentFilter)
    #expect(answer.usage == TokenUsage(promptTokens: 14, completionTokens: 24))
  }

  @Test("a provider that echoes its key does not show it")
  func echoedKey() {
    let body = #"{"error":{"message":"Incorrect API key sk-canary-0123456789 provided"}}"#
    #expect(read(401, body).fault?.message == "Incorrect API key *** provided")
  }

  @Test("tool calls, thoughts and log probabilities are part of an answer, and nulls are not")
  func message() throws {
    let body = #"""
      {"choices":[{"message":{"role":"assistant","content":null,"refusal":null,"annotations":[],"reasoning":"Hm",
      "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
      "logprobs":{"content":[]},"finish_reason":"tool_calls"}],"usage":{"completion_tokens":9,
      "completion_tokens_details":{"reasoning_tokens":4}}}
      """#
    let usage = TokenUsage(
      promptTokens: 0, completionTokens: 9, reasoningTokens: 4,
      told: [
        "completion_tokens": 9, "completion_tokens_details": ["reasoning_tokens": 4], "prompt_tokens": 0,
        "total_tokens": 9,
      ])
    var expected = Answer(
      parts: [
        .thought(Thought("Hm", member: "reasoning")),
        .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
      ], finishReason: .toolCalls, usage: usage)
    expected.choices[0].logprobs = ["content": []]
    #expect(try read(200, body).get() == ProviderAnswer(expected))
  }

  @Test("a call that Gemini signed, of Google's chat endpoint, keeps its other members and says whose it is")
  func signedCall() throws {
    let call = #"""
      {"id":"a","type":"function","extra_content":{"google":{"thought_signature":"c2ln","b":1},"a":2},"vendor":{"count":2},
      "function":{"name":"f","arguments":"{}"}}
      """#
    let body =
      #"{"choices":[{"message":{"role":"assistant","tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#
    let told = try read(200, body).get().answer.chatMessage["tool_calls"]?[0]
    #expect(told?["vendor"] == ["count": 2])
    #expect(
      told?["extra_content"] == [
        "google": ["thought_signature": "c2ln", "b": 1], "a": 2,
        "sluice": ["maker": .string("gemini:\(DialectFixture.provider)")],
      ])
  }

  @Test("calls of one id are not mixed up, whatever their names: each entry of a whole answer is a call")
  func equalIDs() throws {
    let call = #"{"id":"a","index":0,"function":{"name":"f","arguments":"{}"}}"#
    let other = call.replacing(#""f""#, with: #""g""#)
    let message = #"{"role":"assistant","tool_calls":[\#(call),\#(call),\#(other)]}"#
    let answer = try read(200, #"{"choices":[{"message":\#(message)}]}"#).get().answer
    let calls = answer.choices[0].parts.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    #expect(calls.map(\.name) == ["f", "f", "g"] && calls.allSatisfy { $0.arguments == "{}" })
    #expect(Set(calls.map(\.id)).count == 3 && calls[0].id == "a")
  }

  @Test("who asked for a function, and not for a tool, is told the end that it knows")
  func legacyEnd() throws {
    let message = #"{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}"#
    let answer = try read(200, #"{"choices":[{"message":\#(message),"finish_reason":"function_call"}]}"#)
      .get().answer
    #expect(answer.finishReason == .toolCalls)
    #expect(answer.choices[0].chatFinishReason == "function_call")
  }

  @Test("thoughts come before what they led to, wherever the message has them")
  func thoughtsFirst() throws {
    let message = #"{"role":"assistant","content":"A","reasoning_content":"Hm"}"#
    let answer = try read(200, #"{"choices":[{"message":\#(message)}]}"#).get().answer
    #expect(answer.choices[0].parts == [.thought(Thought("Hm", member: "reasoning_content")), .text("A")])
  }

  @Test("a model's refusal is an answer")
  func refusal() throws {
    let body = #"{"choices":[{"message":{"content":null,"refusal":"I can't."},"finish_reason":"stop"}]}"#
    #expect(
      try read(200, body).get().answer == Answer(parts: [.refusal("I can't.")], finishReason: .stop))
  }

  @Test("embeddings come as they are; what holds none is a fault")
  func embeddings() throws {
    let request = EmbeddingRequest(model: "m", input: "x")
    func read(_ status: Int, _ body: String) -> Result<ProviderAnswer, ProviderFault> {
      ChatDialect().read(DialectFixture.response(status, body), to: request)
    }
    let body = #"""
      {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]}],
      "usage":{"prompt_tokens":3,"total_tokens":3}}
      """#
    let answer = try read(200, body).get()
    #expect(answer.embeddings == [["object": "embedding", "index": 0, "embedding": [0.5, -1]]])
    #expect(answer.answer.usage == TokenUsage(promptTokens: 3, completionTokens: 0))
    for wrong in ["{}", #"{"data":[]}"#, #"{"data":[{"index":0}]}"#] {
      #expect(read(200, wrong).fault == .failing("no embeddings in the answer"))
    }
    #expect(read(404, "").fault?.kind == .requestRefused)
    #expect(read(200, #"{"error":{"code":401}}"#).fault?.kind == .keyRefused)
  }
}
