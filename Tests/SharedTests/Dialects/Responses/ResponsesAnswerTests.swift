import Testing

@testable import Shared

@Suite("Answers of providers that speak Responses")
struct ResponsesAnswerTests {
  private static let maker = DialectFixture.maker(.responses)

  private static let whole = """
    {"id":"resp_1","object":"response","status":"completed","error":null,"service_tier":"flex","output":[\
    {"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"A"},{"type":"summary_text","text":"B"}],\
    "encrypted_content":"sealed"},\
    {"id":"ws_1","type":"web_search_call","status":"completed"},\
    {"id":"msg_1","type":"message","status":"completed","role":"assistant","phase":"final_answer",\
    "content":[{"type":"output_text","text":"Hello","annotations":[{"type":"url_citation","url":"https://a.example",\
    "title":"t","start_index":0,"end_index":5}],"logprobs":[]}]},\
    {"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"f","namespace":"n",\
    "arguments":"{\\"a\\":1}"}],\
    "usage":{"input_tokens":14,"input_tokens_details":{"cached_tokens":4},"output_tokens":24,\
    "output_tokens_details":{"reasoning_tokens":3},"total_tokens":38}}
    """

  private static let stream = [
    #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
    #"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}"#,
    #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
    #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"A"}"#,
    #"{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"A"}"#,
    #"{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":1,"text":"B"}"#,
    #"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_9","type":"reasoning","summary":[{"type":"summary_text","text":"A"},{"type":"summary_text","text":"B"}],"encrypted_content":"sealed"}}"#,
    #"{"type":"response.output_item.added","output_index":1,"item":{"id":"ws_1","type":"web_search_call","status":"in_progress"}}"#,
    #"{"type":"response.web_search_call.searching","output_index":1,"item_id":"ws_1"}"#,
    #"{"type":"response.output_item.done","output_index":1,"item":{"id":"ws_1","type":"web_search_call","status":"completed"}}"#,
    #"{"type":"response.output_item.added","output_index":2,"item":{"id":"msg_1","type":"message","role":"assistant","phase":"final_answer","content":[]}}"#,
    #"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"Hel","logprobs":[]}"#,
    #"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"lo","logprobs":[]}"#,
    #"{"type":"response.output_text.annotation.added","output_index":2,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"https://a.example","title":"t","start_index":0,"end_index":5}}"#,
    #"{"type":"response.output_text.done","output_index":2,"content_index":0,"text":"Hello"}"#,
    #"{"type":"response.output_item.done","output_index":2,"item":{"id":"msg_1","type":"message","role":"assistant","phase":"final_answer","content":[{"type":"output_text","text":"Hello","annotations":[{"type":"url_citation","url":"https://a.example","title":"t","start_index":0,"end_index":5}]}]}}"#,
    #"{"type":"response.output_item.added","output_index":3,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"f","namespace":"n","arguments":""}}"#,
    #"{"type":"response.function_call_arguments.done","output_index":3,"arguments":"{\"a\":1}"}"#,
    #"{"type":"response.completed","response":\#(whole)}"#,
  ]

  @Test("an answer is read the same whole and streamed, whatever its ids do and however its arguments come")
  func wholeAndStreamed() throws {
    let whole = try ResponsesDialect().read(DialectFixture.response(200, Self.whole)).get().answer
    let streamed = try ResponsesDialect().assemble(Self.stream).get().answer
    #expect(whole == streamed)
    #expect(whole.text == "Hello")
    #expect(whole.finishReason == .toolCalls)
    #expect(
      whole.usage == TokenUsage(promptTokens: 14, completionTokens: 24, cachedTokens: 4, reasoningTokens: 3))
    #expect(
      whole.choices[0].parts.last
        == .toolCall(ToolCall(id: "call_1", name: "f", arguments: #"{"a":1}"#, namespace: "n")))
  }

  @Test(
    "what is read from one and written for a client of the same dialect is what it was, but for ids and seals"
  )
  func passesThrough() throws {
    let answer = try ResponsesDialect().read(DialectFixture.response(200, Self.whole)).get().answer
    let written = ResponsesFixture.whole(answer)
    let output = written["output"]
    #expect(
      output?[0]?["summary"] == [
        ["type": "summary_text", "text": "A"], ["type": "summary_text", "text": "B"],
      ])
    let sealed = Part.thought(Thought("", sealed: "sealed", maker: Self.maker))
    #expect(output?[0]?["encrypted_content"]?.string.flatMap(SealedPart.part)?.unnamed == sealed)
    #expect(output?[1] == ["id": "ws_1", "type": "web_search_call", "status": "completed"])
    #expect(output?[2]?["phase"] == "final_answer")
    #expect(output?[2]?["content"]?[0]?["annotations"]?[0]?["url"] == "https://a.example")
    #expect(output?[3]?["namespace"] == "n")
    #expect(written["service_tier"] == "flex")
  }

  @Test(
    "the reasons of an end are told in one vocabulary",
    arguments: [
      (#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, FinishReason.length),
      (#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#, .contentFilter),
      (#""status":"completed""#, .stop),
    ])
  func ends(members: String, reason: FinishReason) throws {
    let body = #"{"output":[],\#(members)}"#
    #expect(
      try ResponsesDialect().read(DialectFixture.response(200, body)).get().answer.finishReason == reason)
    let event = #"{"type":"response.\#(reason == .stop ? "completed" : "incomplete")","response":\#(body)}"#
    #expect(try ResponsesDialect().assemble([event]).get().answer.finishReason == reason)
  }

  @Test(
    "an error in the answer is a fault, in each of its shapes",
    arguments: [
      (
        #"{"type":"error","code":"rate_limit_exceeded","message":"Slow.","param":null}"#,
        ProviderFault.Kind.limited(resetsIn: nil)
      ),
      (#"{"type":"error","error":{"code":"server_error","message":"Oh."}}"#, .failing),
      (
        #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Oh."}}}"#,
        .failing
      ),
      (
        #"{"type":"response.failed","response":{"status":"failed","error":{"code":"invalid_prompt","message":"No."}}}"#,
        .requestRefused
      ),
      (
        #"{"type":"response.failed","response":{"status":"failed","error":{"code":"context_length_exceeded","message":"Long."}}}"#,
        .requestRefused
      ),
      (
        #"{"type":"response.failed","response":{"status":"failed","error":{"code":"bio_policy","message":"No."}}}"#,
        .contentFiltered
      ),
    ] as [(String, ProviderFault.Kind)])
  func faults(event: String, kind: ProviderFault.Kind) {
    #expect(ResponsesDialect().assemble([event]).fault?.kind == kind)
  }

  @Test("a stream without its end is cut, and one that tells all at its end is whole")
  func cut() throws {
    #expect(ResponsesDialect().assemble(Array(Self.stream.dropLast())).fault?.reason == "answer cut short")
    let last = try ResponsesDialect().assemble([#"{"type":"response.completed","response":\#(Self.whole)}"#])
      .get()
    #expect(last.answer.text == "Hello")
    #expect(last.answer.finishReason == .toolCalls)
  }
}

extension Part {
  /// A thought without the name of its member.
  fileprivate var unnamed: Part {
    guard case .thought(var thought) = self else { return self }
    thought.member = nil
    return .thought(thought)
  }
}
