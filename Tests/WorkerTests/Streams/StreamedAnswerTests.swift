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
