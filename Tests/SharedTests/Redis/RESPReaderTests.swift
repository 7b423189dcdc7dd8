import NIOCore
import Testing

@testable import Shared

@Suite("Reading RESP")
struct RESPReaderTests {
  private func encode(_ value: RESPValue, into buffer: inout ByteBuffer) {
    switch value {
    case .simpleString(let text): buffer.writeString("+\(text)\r\n")
    case .error(let text): buffer.writeString("-\(text)\r\n")
    case .integer(let number): buffer.writeString(":\(number)\r\n")
    case .bulk(let bytes):
      buffer.writeString("$\(bytes.readableBytes)\r\n")
      buffer.writeImmutableBuffer(bytes)
      buffer.writeString("\r\n")
    case .array(let elements):
      buffer.writeString("*\(elements.count)\r\n")
      for element in elements { encode(element, into: &buffer) }
    case .null: buffer.writeString("$-1\r\n")
    }
  }

  private func randomValue(depth: Int, _ generator: inout some RandomNumberGenerator) -> RESPValue {
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
    case 0: .simpleString("OK\(Int.random(in: 0...99, using: &generator))")
    case 1: .error("ERR \(Int.random(in: 0...99, using: &generator))")
    case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
    case 3: .null
    case 4:
      .bulk(
        ByteBuffer(
          bytes: (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
          }))
    default:
      .array(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
          randomValue(depth: depth - 1, &generator)
        })
    }
  }

  @Test(
    "it is known whether a reply is on its way",
    arguments: ["$9\r\nmore text\r\n", "*2\r\n:1\r\n$1\r\na\r\n"])
  func amidReply(reply: String) throws {
    var reader = try RESPReader()
    _ = try reader.next()
    #expect(!reader.isAmidReply)
    for _ in 1...3 {
      for byte in reply.utf8.dropLast() {
        try reader.feed(ByteBuffer(bytes: [byte]))
        #expect(try reader.next() == nil && reader.isAmidReply)
      }
      try reader.feed(ByteBuffer(bytes: reply.utf8.suffix(1)))
      #expect(try reader.next() != nil)
      #expect(try reader.next() == nil && !reader.isAmidReply)
    }
  }

  @Test("replies are read whole wherever the bytes are split")
  func splits() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let values = (0..<Int.random(in: 1...8)).map { _ in randomValue(depth: 5, &generator) }
      var bytes = ByteBuffer()
      for value in values { encode(value, into: &bytes) }
      var reader = try RESPReader()
      var got: [RESPValue] = []
      while bytes.readableBytes > 0 {
        let length = Int.random(in: 1...min(bytes.readableBytes, 64), using: &generator)
        try reader.feed(bytes.readSlice(length: length) ?? ByteBuffer())
        while let value = try reader.next() { got.append(value) }
      }
      #expect(got == values)
    }
  }

  @Test("garbage is read or refused, and never worse")
  func garbage() throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("*$+-:0123456789\r\nabc\u{0}".utf8) + [0xFF, 0x80]
    for _ in 0..<20_000 {
      var reader = try RESPReader()
      do {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let bytes = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? 0
          }
          try reader.feed(ByteBuffer(bytes: bytes))
          while try reader.next() != nil {}
        }
      } catch {
        #expect(!error.reason.isEmpty)
      }
    }
  }

  @Test(
    "what is no RESP2 is refused with a reason",
    arguments: ["hello\r\n", "%1\r\n+a\r\n+b\r\n", "$-5\r\n", "*9999999999\r\n", "\u{0}\r\n"])
  func notRESP(text: String) throws {
    var reader = try RESPReader()
    try reader.feed(ByteBuffer(string: text))
    do throws(RESPReader.Failure) {
      if try reader.next() != nil { Issue.record("\(text.debugDescription) was read") }
    } catch {
      #expect(!error.reason.isEmpty)
    }
  }

  @Test("what is nested too deeply is refused")
  func deep() throws {
    var reader = try RESPReader()
    try reader.feed(ByteBuffer(string: String(repeating: "*1\r\n", count: 1000) + ":1\r\n"))
    do throws(RESPReader.Failure) {
      _ = try reader.next()
      Issue.record("a thousand levels were read")
    } catch {
      #expect(error.reason.contains("nested"))
    }
  }

  @Test("a command is an array of bulk strings, whatever its arguments hold")
  func commands() {
    var command = RedisCommand("SET", "clé")
    command.append(ByteBuffer(string: "a\r\n$1"))
    command.append(-7)
    var bytes = ByteBuffer()
    command.encode(into: &bytes)
    #expect(
      String(buffer: bytes) == "*4\r\n$3\r\nSET\r\n$4\r\nclé\r\n$5\r\na\r\n$1\r\n$2\r\n-7\r\n")
  }

  @Test("an array that says it has a billion elements is refused before room is made for them")
  func hugeArray() throws {
    var reader = try RESPReader()
    try reader.feed(ByteBuffer(string: "*1444444444\r\n+x\r\n"))
    #expect(throws: RESPReader.Failure.self) { try reader.next() }
    var other = try RESPReader()
    try other.feed(ByteBuffer(string: "*3\r\n*4194305\r\n"))
    #expect(throws: RESPReader.Failure.self) { try other.next() }
  }
}
