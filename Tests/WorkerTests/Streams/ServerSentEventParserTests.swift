import NIOCore
import Shared
import Testing

@testable import Worker

@Suite("Server-sent events")
struct ServerSentEventParserTests {
  typealias TooLong = ServerSentEventParser.TooLong

  private static let limit = 1 << 20

  private func events(_ pieces: some Sequence<some Sequence<UInt8>>) throws -> [ServerSentEvent] {
    var parser = ServerSentEventParser(limit: Self.limit)
    return try pieces.flatMap { try parser.feed(ByteBuffer(bytes: $0)) }
  }

  private func events(_ text: String) throws -> [ServerSentEvent] { try events([Array(text.utf8)]) }

  @Test(
    "events are cut as the HTML standard says",
    arguments: [
      ("data: a\n\n", [ServerSentEvent(data: "a")]), ("data:a\n\n", [ServerSentEvent(data: "a")]),
      ("data:  a \n\n", [ServerSentEvent(data: " a ")]), ("data\n\n", [ServerSentEvent(data: "")]),
      ("data: a\ndata: b\n\n", [ServerSentEvent(data: "a\nb")]),
      ("data\ndata\n\n", [ServerSentEvent(data: "\n")]),
      ("event: ping\ndata: a\n\ndata: b\n\n", [ServerSentEvent(name: "ping", data: "a"), .init(data: "b")]),
      ("event: lost\n\ndata: a\n\n", [ServerSentEvent(data: "a")]),
      ("event:\ndata: a\n\n", [ServerSentEvent(data: "a")]),
      (": OPENROUTER PROCESSING\n\ndata: a\n\n", [ServerSentEvent(data: "a")]),
      ("id: 1\nretry: 5\nother: x\ndata: a:b\n\n", [ServerSentEvent(data: "a:b")]),
      ("Data: a\n dat: a\n\n\n\n", []),
      ("data: a\r\n\r\ndata: b\r\n\r\n", [.init(data: "a"), .init(data: "b")]),
      ("data: a\r\rdata: b\r\r", [.init(data: "a"), .init(data: "b")]),
      ("data: a\n\rdata: b\r\n\n", [.init(data: "a"), .init(data: "b")]),
      ("\u{FEFF}data: a\n\ndata: \u{FEFF}b\n\n", [.init(data: "a"), .init(data: "\u{FEFF}b")]),
      ("\u{FEFF}\n\n\u{FEFF}data: a\n\n", []), ("data: a\n", []), ("data: a", []), ("", []),
      ("data: {\"t\":\"ü🙂\"}\n\n", [ServerSentEvent(data: "{\"t\":\"ü🙂\"}")]),
    ] as [(String, [ServerSentEvent])])
  func standard(text: String, expected: [ServerSentEvent]) throws {
    #expect(try events(text) == expected)
  }

  /// Everything that has a state between two bytes.
  private static let samples = [
    "\u{FEFF}data: a\r\n\r\ndata: b\r\n\r\n", "data: a\r\rdata: b\n\ndata: c\r\n\n",
    "event: e\r\ndata: 1\r\ndata: 2\r\n\r\n:c\r\n\r\nevent: f\n\ndata: ü🙂\r\r\ndata\n\n",
    "\r\n\r\r\n\ndata:x\n\r",
  ]

  @Test("bytes mean the same however they are cut on their way", arguments: samples)
  func cuts(sample: String) throws {
    let bytes = Array(sample.utf8)
    let whole = try events([bytes])
    #expect(!whole.isEmpty)
    #expect(try events(bytes.map { [$0] }) == whole)
    for cut in 0...bytes.count {
      #expect(try events([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
      #expect(try events([bytes[..<cut], [], bytes[cut...]]) == whole, "cut and paused at \(cut)")
    }
  }

  @Test("line ends are the same in all three forms", arguments: ["\n", "\r", "\r\n"])
  func lineEnds(end: String) throws {
    let lines = ["event: e", "data: 1", "data: 2", "", ": c", "data: 3", "", ""]
    #expect(
      try events(lines.joined(separator: end)) == [
        ServerSentEvent(name: "e", data: "1\n2"), ServerSentEvent(data: "3"),
      ])
  }

  @Test("bytes that are not UTF-8 are replaced, and the stream goes on")
  func notUTF8() throws {
    let bytes = Array("data: a".utf8) + [0xFF] + Array("\n\ndata: b\n\n".utf8)
    #expect(try events([bytes]) == [ServerSentEvent(data: "a\u{FFFD}"), ServerSentEvent(data: "b")])
  }

  @Test("a line without an end is given up, whether it comes at once or bit by bit")
  func longLine() throws {
    let limit = Self.limit
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: limit)
    #expect(throws: TooLong(limit: limit)) { try events([line + [0x78]]) }
    #expect(throws: TooLong(limit: limit)) { try events([line, [0x78]]) }
    #expect(try events([line, Array("\n\ndata: a\n\n".utf8)]) == [ServerSentEvent(data: "a")])
  }

  @Test("an event whose lines never end is given up, empty ones included")
  func longEvent() throws {
    let limit = Self.limit
    let half = Array("data:\(String(repeating: "x", count: limit / 2))\n".utf8)
    #expect(throws: TooLong(limit: limit)) { try events([half, half]) }
    #expect(try events([half, [0x0A], half, [0x0A]]).map(\.data.utf8.count) == [limit / 2, limit / 2])
    let empty = Array(String(repeating: "data\n", count: limit / 16).utf8)
    #expect(throws: TooLong(limit: limit)) { try events(repeatElement(empty, count: 17)) }
  }
}
