import Testing

@testable import Shared

@Suite("Members of another JSON type than is documented are what they evidently mean")
struct EvidentFormTests {
  private func answer(_ dialect: any WireDialect, _ body: String) throws -> Answer {
    try dialect.read(DialectFixture.response(200, body)).get().answer
  }

  private func arguments(_ answer: Answer) -> String? {
    for case .toolCall(let call) in answer.choices[0].parts { return call.arguments }
    return nil
  }

  @Test(
    "what a call is made with",
    arguments: [
      (#"{"c":"x"}"#, #"{"c":"x"}"#), (#""{\"c\":\"x\"}""#, #"{"c":"x"}"#), ("null", "{}"), (#""""#, "{}"),
      (#""{\"c\":""#, #"{"c":"#),
    ])
  func arguments(input: String, arguments: String) throws {
    let block = #"{"type":"tool_use","id":"t","name":"w","input":\#(input)}"#
    let messages = try answer(
      MessagesDialect(), #"{"type":"message","content":[\#(block)],"stop_reason":"tool_use"}"#)
    #expect(self.arguments(messages) == arguments)
    let call = #"{"functionCall":{"name":"w","args":\#(input)}}"#
    let gemini = try answer(
      GeminiDialect(), #"{"candidates":[{"content":{"parts":[\#(call)]},"finishReason":"STOP"}]}"#)
    #expect(self.arguments(gemini) == arguments)
    let begun = #"{"type":"content_block_start","index":0,"content_block":\#(block)}"#
    let streamed = try MessagesDialect().assemble([begun, #"{"type":"message_stop"}"#]).get().answer
    #expect(self.arguments(streamed) == arguments)
  }

  @Test("a call's arguments as an object, where a text is documented")
  func objects() throws {
    let item = #"{"type":"function_call","id":"f","call_id":"c","name":"w","arguments":{"c":"x"}}"#
    let end = #"{"type":"response.completed","response":{"status":"completed","output":[\#(item)]}}"#
    #expect(
      arguments(try answer(ResponsesDialect(), #"{"status":"completed","output":[\#(item)]}"#))
        == #"{"c":"x"}"#)
    #expect(arguments(try ResponsesDialect().assemble([end]).get().answer) == #"{"c":"x"}"#)
    let pieces = [
      #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"w","input":{}}}"#,
      #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":{"c":"x"}}}"#,
      #"{"type":"message_stop"}"#,
    ]
    #expect(arguments(try MessagesDialect().assemble(pieces).get().answer) == #"{"c":"x"}"#)
  }

  @Test(
    "a text, or one part, where a list is documented",
    arguments: [#""ab""#, #"["a","b"]"#, #"[{"type":"text","text":"ab"}]"#, #"{"type":"text","text":"ab"}"#])
  func texts(content: String) throws {
    let chat = #"{"choices":[{"message":{"role":"assistant","content":\#(content)},"finish_reason":"stop"}]}"#
    #expect(try answer(ChatDialect(), chat).text == "ab")
    #expect(try answer(MessagesDialect(), #"{"content":\#(content),"stop_reason":"end_turn"}"#).text == "ab")
    let gemini = #"{"candidates":[{"content":{"parts":\#(content)},"finishReason":"STOP"}]}"#
    #expect(try answer(GeminiDialect(), gemini).text == "ab")
    let item = #"{"type":"message","role":"assistant","content":\#(content)}"#
    #expect(try answer(ResponsesDialect(), #"{"output":[\#(item)]}"#).text == "ab")
    let done = #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#
    let end = #"{"type":"response.completed","response":{"status":"completed","output":[]}}"#
    #expect(try ResponsesDialect().assemble([done, end]).get().answer.text == "ab")
  }

  @Test("the whole content of an answer as a text")
  func whole() throws {
    let gemini = #"{"candidates":[{"content":"ab","finishReason":"STOP"}]}"#
    #expect(try answer(GeminiDialect(), gemini).text == "ab")
    #expect(try answer(ResponsesDialect(), #"{"status":"completed","output":"ab"}"#).text == "ab")
  }
}
