import Testing

@testable import Shared

@Suite("Streams in Anthropic's dialect")
struct MessagesStreamTests {
  private let dialect = MessagesDialect()

  private static let start = #"""
    {"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],"stop_reason":null,
    "usage":{"input_tokens":5,"cache_read_input_tokens":40,"cache_creation_input_tokens":0,"output_tokens":1}}}
    """#
  private static let stop = #"{"type":"message_stop"}"#

  private static func end(_ reason: String, usage: String = #"{"output_tokens":9}"#) -> String {
    #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":null},"usage":\#(usage)}"#
  }

  private static func block(_ index: Int, _ block: String) -> String {
    #"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#
  }

  private static func delta(_ index: Int, _ delta: String) -> String {
    #"{"type":"content_block_delta","index":\#(index),"delta":\#(delta)}"#
  }

  private static func text(_ text: String, index: Int = 0) -> String {
    delta(index, #"{"type":"text_delta","text":"\#(text)"}"#)
  }

  private static func close(_ index: Int) -> String { #"{"type":"content_block_stop","index":\#(index)}"# }

  @Test("thoughts and texts come as they are written, pings are left out")
  func answer() throws {
    let events = [
      Self.start, Self.block(0, #"{"type":"thinking","thinking":""}"#),
      Self.delta(0, #"{"type":"thinking_delta","thinking":"Hm"}"#),
      Self.delta(0, #"{"type":"signature_delta","signature":"s"}"#), Self.close(0),
      #"{"type":"ping"}"#, Self.block(1, #"{"type":"text","text":""}"#), Self.text("Hel", index: 1),
      #"{"type":"some_new_event"}"#, Self.text("lo", index: 1), Self.close(1), Self.end("end_turn"),
      Self.stop,
    ]
    let usage = TokenUsage(promptTokens: 45, completionTokens: 9, cachedTokens: 40)
    let thought = Thought("Hm", signature: "s", maker: DialectFixture.maker(.messages))
    #expect(
      try dialect.assemble(events).get()
        == ProviderAnswer(
          Answer(parts: [.thought(thought), .text("Hello")], finishReason: .stop, usage: usage)))
    let read = try dialect.events(of: events).events
    #expect(read.map(\.text).filter { !$0.isEmpty } == ["Hel", "lo"])
    #expect(read.compactMap(\.completionTokens) == [1, 9])
  }

  @Test("counts that the last event repeats replace those of the first")
  func usage() throws {
    let counts = #"{"input_tokens":6,"cache_read_input_tokens":null,"output_tokens":9}"#
    let events = [Self.start, Self.text("Hi"), Self.end("max_tokens", usage: counts), Self.stop]
    let answer = try dialect.assemble(events).get().answer
    #expect(answer.usage == TokenUsage(promptTokens: 46, completionTokens: 9, cachedTokens: 40))
    #expect(answer.finishReason == .length)
  }

  @Test("calls come in pieces of their own part, and one without arguments has an empty object")
  func calls() throws {
    let events = [
      Self.start, Self.block(0, #"{"type":"text","text":"A"}"#), Self.close(0),
      Self.block(1, #"{"type":"tool_use","id":"toolu_1","name":"f","input":{}}"#),
      Self.delta(1, #"{"type":"input_json_delta","partial_json":""}"#),
      Self.delta(1, #"{"type":"input_json_delta","partial_json":"{\"x\":"}"#),
      Self.delta(1, #"{"type":"input_json_delta","partial_json":"1}"}"#), Self.close(1),
      Self.block(2, #"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}"#),
      Self.delta(2, #"{"type":"input_json_delta","partial_json":"{\"query\":"}"#),
      Self.delta(2, #"{"type":"input_json_delta","partial_json":"\"x\"}"}"#), Self.close(2),
      Self.block(3, #"{"type":"tool_use","id":"toolu_2","name":"g","input":{}}"#),
      Self.delta(3, #"{"type":"input_json_delta","partial_json":""}"#), Self.close(3),
      Self.block(4, #"{"type":"tool_use","id":"toolu_3","name":"h","input":{"y":2}}"#), Self.close(4),
      Self.end("tool_use"), Self.stop,
    ]
    let search: JSONObject = [
      "type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": ["query": "x"],
    ]
    let maker = DialectFixture.maker(.messages)
    #expect(
      try dialect.assemble(events).get().answer
        == Answer(
          parts: [
            .text("A"), .toolCall(ToolCall(id: "toolu_1", name: "f", arguments: "{\"x\":1}")),
            .opaque(OpaquePart(name: "", members: search, dialect: .messages, maker: maker)),
            .toolCall(ToolCall(id: "toolu_2", name: "g", arguments: "{}")),
            .toolCall(ToolCall(id: "toolu_3", name: "h", arguments: "{\"y\":2}")),
          ], finishReason: .toolCalls,
          usage: TokenUsage(promptTokens: 45, completionTokens: 9, cachedTokens: 40)))
    let read = try dialect.events(of: events).events
    #expect(read.flatMap(\.parts) == [0, 1, 1, 1, 2, 3, 3, 4, 4])
    #expect(read[5] == [.part(.toolCall(ToolCall(id: "", name: "", arguments: "{\"x\":")), at: 1, choice: 0)])
  }

  @Test(
    "a stream that has not been ended was cut",
    arguments: [[start], [start, text("Hel")], [start, text("Hel"), end("end_turn")]])
  func cut(events: [String]) throws {
    #expect(try dialect.events(of: events).isComplete == false)
    #expect(dialect.assemble(events).fault == .failing("answer cut short"))
  }

  @Test(
    "a stream that says that it is whole is, whatever it says of why",
    arguments: [
      ([], .stop, nil), ([end("pause_turn")], .stop, nil), ([end("refusal")], .contentFilter, nil),
      ([end("new")], .stop, "new"),
    ] as [([String], FinishReason, String?)])
  func reasons(end: [String], reason: FinishReason, unknown: String?) throws {
    let answer = try dialect.assemble([Self.start, Self.text("Hi")] + end + [Self.stop]).get()
    #expect(answer.answer.text == "Hi" && answer.answer.finishReason == reason)
    #expect(answer.unknownFinishReason == unknown)
  }

  @Test(
    "what is wrong with a stream is a fault",
    arguments: [
      ("<html>", .failing, "not JSON"),
      (#"{"type":"error","error":{"type":"overloaded_error"}}"#, .failing, "overloaded (529)"),
      (#"{"type":"error","error":{"type":"api_error"}}"#, .failing, "server error (500)"),
      (
        #"{"type":"error","error":{"type":"rate_limit_error"}}"#, .limited(resetsIn: .seconds(7)),
        "rate limited (429)"
      ), (#"{"type":"error","error":{"type":"authentication_error"}}"#, .keyRefused, "key refused (401)"),
      (
        #"{"type":"error","error":{"type":"invalid_request_error"}}"#, .requestRefused,
        "request refused (400)"
      ), (#"{"type":"error"}"#, .failing, "error in the answer"),
    ] as [(String, ProviderFault.Kind, String)])
  func broken(last: String, kind: ProviderFault.Kind, reason: String) {
    let events = [Self.start, Self.text("Hel"), last]
    #expect(
      dialect.assemble(events, headers: [("retry-after", "7")]).fault == ProviderFault(kind, reason))
  }

  @Test("an answer that says nothing is one")
  func empty() throws {
    for (word, reason) in [("end_turn", FinishReason.stop), ("max_tokens", .length)] {
      let answer = try dialect.assemble([Self.start, Self.end(word), Self.stop]).get().answer
      #expect(answer.isEmpty && answer.finishReason == reason)
      #expect(answer.usage == TokenUsage(promptTokens: 45, completionTokens: 9, cachedTokens: 40))
    }
  }
}
