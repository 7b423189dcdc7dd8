import NIOCore
import NIOHTTP1
import Shared
import Testing

@testable import Worker

@Suite("Answers that come bit by bit, whatever their head calls them")
struct StreamedAnswerTests {
  private static let events = [
    #"{"choices":[{"index":0,"delta":{"content":"Pa"},"finish_reason":null}]}"#,
    #"{"choices":[{"index":0,"delta":{"content":"ris"},"finish_reason":"stop"}]}"#,
  ].map { "data: \($0)\n\n" }
  private static let stream = events.joined() + "data: [DONE]\n\n"
  private static let whole =
    #"{"choices":[{"index":0,"message":{"content":"Paris"},"finish_reason":"stop"}]}"#

  private func answer(
    _ pieces: [some Sequence<UInt8>], type: String?, wire: any WireDialect = Dialect.chat.wire
  ) throws -> (answer: Answer, streamed: StreamedAnswer) {
    var answer = StreamedAnswer(wire: wire, hiding: nil, maker: "p")
    answer.begin(status: 200, headers: type.map { ["content-type": $0] } ?? [:])
    for piece in pieces { _ = try answer.feed(ByteBuffer(bytes: piece)) }
    return (try answer.end().answer.answer, answer)
  }

  @Test(
    "a stream is one by its first bytes, and so is a whole answer",
    arguments: [
      nil, "text/event-stream", "text/event-stream; charset=utf-8", "text/plain", "application/octet-stream",
      "application/x-ndjson", "application/json",
    ] as [String?],
    [
      stream, "\u{FEFF}" + stream, "\n\r\n " + whole, "\u{FEFF}" + whole, ": hello\n\n" + stream,
      "event: message\n" + stream, "id: 1\nretry: 5\n" + stream, "data\n\n" + stream,
    ])
  func types(type: String?, body: String) throws {
    let bytes = Array(body.utf8)
    #expect(try answer([bytes], type: type).answer.text == "Paris")
    #expect(try answer(bytes.map { [$0] }, type: type).answer.text == "Paris")
  }

  @Test("what keeps a connection alive before an answer is not held, and not looked through again")
  func blank() throws {
    var answer = StreamedAnswer(wire: Dialect.chat.wire, hiding: nil, maker: "p")
    answer.begin(status: 200, headers: [:])
    for _ in 0..<100 {
      _ = try answer.feed(ByteBuffer(string: "\n \r\n"))
      #expect(answer.heldBytes == 0)
    }
    _ = try answer.feed(ByteBuffer(string: Self.whole))
    #expect(try answer.end().answer.answer.text == "Paris")
  }

  @Test(
    "what is neither is none, whatever its type",
    arguments: ["text/html", "text/plain", "text/event-stream"],
    ["<!DOCTYPE html><html></html>", "database is down", "identity unknown", "", "\n\n", "data", "ok"])
  func neither(type: String, body: String) {
    #expect(throws: ProviderFault.self) { try answer([Array(body.utf8)], type: type) }
  }

  @Test(
    "events that say nothing are passed over",
    arguments: [
      "data:\n\n", "data\n\n", "data: \n\n", "event: ping\ndata:\n\n", "event: heartbeat\ndata: ok\n\n",
      "event: ping\ndata: 2026-01-01T00:00:00Z\n\n", "event: heartbeat\ndata: {\"type\": \"heartbeat\"}\n\n",
    ])
  func idle(event: String) throws {
    let body = event + Self.events[0] + event + Self.events[1] + event + "data: [DONE]\n\n"
    #expect(try answer([Array(body.utf8)], type: "text/event-stream").answer.text == "Paris")
  }

  @Test(
    "data that is no JSON breaks a stream where its event has no name, or one of the dialect's",
    arguments: ["data: ok\n\n", "event: error\ndata: overloaded\n\n", "event: ping\ndata: {\"a\":\n\n"])
  func broken(event: String) {
    let body = Self.events[0] + event + Self.events[1]
    #expect(throws: ProviderFault.self) { try answer([Array(body.utf8)], type: "text/event-stream") }
  }

  // MARK: - Ends that a provider calls broken

  private func fault(_ body: String, wire: any WireDialect, inOne: Bool) -> (ProviderFault?, told: String) {
    var answer = StreamedAnswer(wire: wire, hiding: nil, maker: "p")
    answer.begin(status: 200, headers: ["content-type": "text/event-stream"])
    var told = ""
    let result = Result { () throws(ProviderFault) in
      for piece in inOne ? [Array(body.utf8)] : body.utf8.map({ [$0] }) {
        told += try answer.feed(ByteBuffer(bytes: piece)).text
      }
      return try answer.end().answer
    }
    guard case .failure(let fault) = result else { return (nil, told) }
    return (fault, told)
  }

  @Test(
    "a stream that Gemini calls broken is, with what it used",
    arguments: [
      "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
      "MISSING_THOUGHT_SIGNATURE",
    ], [true, false])
  func brokenByGemini(word: String, inOne: Bool) {
    let usage = #""usageMetadata":{"promptTokenCount":1000,"thoughtsTokenCount":500}"#
    let end = "data: {\"candidates\":[{\"content\":{},\"finishReason\":\"\(word)\"}],\(usage)}\r\n\r\n"
    let (fault, _) = fault(end, wire: Dialect.gemini.wire, inOne: inOne)
    #expect(fault?.reason == word.lowercased().replacing("_", with: " "))
    #expect(fault?.countsForCircuit == false)
    #expect(fault?.remains?.usage.promptTokens == 1000 && fault?.remains?.usage.completionTokens == 500)
  }

  @Test("usage told behind a broken end, or beside an error, counts", arguments: [true, false])
  func usageOfBroken(inOne: Bool) {
    let usage = #""usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"cost":0.7}"#
    let end = #"{"choices":[{"index":0,"delta":{"content":"r"},"finish_reason":"error"}]"#
    let bodies = [
      "data: \(end),\(usage)}\n\n", "data: \(end)}\n\ndata: {\"choices\":[],\(usage)}\n\ndata: [DONE]\n\n",
      "data: {\"error\":{\"message\":\"m\"},\(usage)}\n\n",
    ]
    for body in bodies {
      let (fault, told) = fault(Self.events[0] + body, wire: Dialect.chat.wire, inOne: inOne)
      #expect(fault?.kind == .failing && (inOne || told == "Pa"))
      #expect(fault?.remains?.usage.toldCost == NanoDollars(rawValue: 700_000_000))
      #expect(fault?.remains?.usage.completionTokens == 500)
    }
    let cut = fault(Self.events[0], wire: Dialect.chat.wire, inOne: inOne).0
    #expect(cut?.reason == "answer cut short" && cut?.remains == nil)
  }

  @Test("what comes with the word for a broken end is not told")
  func untold() {
    let end = #"data: {"choices":[{"index":0,"delta":{"content":"Pa"},"finish_reason":"error"}]}"# + "\n\n"
    #expect(fault(end, wire: Dialect.chat.wire, inOne: false).told.isEmpty)
  }

  @Test("one choice that is broken breaks the answer")
  func brokenChoice() {
    let body = Self.events.joined() + #"data: {"choices":[{"index":1,"delta":{},"finish_reason":"error"}]}"#
    #expect(fault(body + "\n\n", wire: Dialect.chat.wire, inOne: false).0?.reason == "error in mid-answer")
  }

  @Test("OpenAI's end may bear a name")
  func namedEnd() throws {
    let body = Self.events.joined() + "event: done\ndata: [DONE]\n\n"
    #expect(try answer([Array(body.utf8)], type: "text/event-stream").streamed.hasEnded)
  }

  @Test("nothing behind the dialect's own end belongs to the answer")
  func behindTheEnd() throws {
    let body = Self.stream + Self.events[0] + "data: nonsense\n\n"
    let (answer, streamed) = try answer([Array(body.utf8)], type: "text/event-stream")
    #expect(answer.text == "Paris" && streamed.hasEnded)
    let open = try self.answer(Self.events.map { Array($0.utf8) }, type: "text/event-stream")
    #expect(!open.streamed.hasEnded)
  }

  @Test("an answer of Anthropic's ends with its message, and may have OpenAI's end")
  func messages() throws {
    let events = [
      #"{"type":"message_start","message":{"usage":{"input_tokens":1}}}"#,
      #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
      #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Paris"}}"#,
      #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#, #"{"type":"message_stop"}"#, "[DONE]",
    ].map { Array("data: \($0)\n\n".utf8) }
    let (answer, streamed) = try answer(
      events, type: "text/event-stream", wire: Dialect.messages.wire)
    #expect(answer.text == "Paris" && streamed.hasEnded && streamed.bytesBehindEnd == events.last?.count)
  }
}
