import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import API

@Suite("Clients that are slow, or speak no HTTP")
struct ConnectionGuardTests {
  private let channel = EmbeddedChannel()

  init() throws {
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withPipeliningAssistance: false, withErrorHandling: false)
    try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try channel.pipeline.syncOperations.addHandler(ConnectionGuard())
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 80)).wait()
  }

  private func send(_ text: String) {
    // An error has been caught by the guard, or is looked at below.
    _ = try? channel.writeInbound(ByteBuffer(string: text))
  }

  /// All that was answered since the last time.
  private func answer() throws -> String {
    var text = ""
    while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
    return text
  }

  private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

  private func respond() throws {
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    try channel.writeOutbound(HTTPResponsePart.end(nil))
  }

  @Test("a head that does not become whole in ten seconds is a 408, and the end")
  func slowHead() throws {
    send("GET / HTTP/1.1\r\nHost: x\r\n")
    pass(.seconds(9))
    #expect(try answer().isEmpty)
    send("X-A: b\r\n")
    pass(.seconds(1))
    let answer = try answer()
    #expect(answer.hasPrefix("HTTP/1.1 408"))
    #expect(answer.contains("request-timeout") && answer.contains("Connection: close"))
    pass(.seconds(2))
    #expect(!channel.isActive)
  }

  @Test("a body that does not arrive in thirty seconds fails for its reader")
  func slowBody() throws {
    send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    pass(.seconds(29))
    try channel.throwIfErrorCaught()
    pass(.seconds(1))
    #expect(throws: ConnectionGuard.SlowBody.self) { try channel.throwIfErrorCaught() }
  }

  @Test("a body that keeps coming has more time, one that stalls has not")
  func steadyBody() throws {
    send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 33554432\r\n\r\n")
    let part = String(repeating: "x", count: 32 * 1024)
    for _ in 0..<60 {
      pass(.seconds(1))
      for _ in 0..<4 { send(part) }
    }
    try channel.throwIfErrorCaught()
    pass(.seconds(30))
    #expect(throws: ConnectionGuard.SlowBody.self) { try channel.throwIfErrorCaught() }
  }

  private func want() {
    channel.triggerUserOutboundEvent(ConnectionGuard.BodyIsWanted(), promise: nil)
  }

  @Test(
    "who waits for it is told to go on once the body is wanted, and once only",
    arguments: ["100-continue", "100-Continue"])
  func expectation(value: String) throws {
    send("POST / HTTP/1.1\r\nHost: x\r\nExpect: \(value)\r\nContent-Length: 3\r\n\r\n")
    #expect(try answer().isEmpty, "not before")
    want()
    #expect(try answer() == "HTTP/1.1 100 Continue\r\n\r\n")
    want()
    send("abc")
    want()
    #expect(try answer().isEmpty)
    try respond()
    #expect(try answer().hasPrefix("HTTP/1.1 200"))
  }

  @Test(
    "nobody else is told to go on",
    arguments: [
      "Content-Length: 3\r\n\r\n", "Expect: 100-continue\r\nContent-Length: 3\r\n\r\na",
      "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", "Expect: other\r\nContent-Length: 3\r\n\r\n",
    ])
  func noExpectation(rest: String) throws {
    send("POST / HTTP/1.1\r\nHost: x\r\n" + rest)
    want()
    #expect(try answer().isEmpty)
  }

  @Test("an answer may take as long as it needs")
  func slowAnswer() throws {
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    pass(.minutes(10))
    #expect(channel.isActive)
    try respond()
    #expect(try answer().hasPrefix("HTTP/1.1 200"))
  }

  @Test("an idle connection is closed after a while, a used one is not")
  func idle() throws {
    for _ in 0..<3 {
      send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      try respond()
      pass(.seconds(74))
      #expect(channel.isActive)
    }
    pass(.seconds(1))
    #expect(!channel.isActive)
  }

  @Test("headers that are too large are a 431")
  func hugeHeader() throws {
    send("GET / HTTP/1.1\r\nHost: x\r\nX-Large: \(String(repeating: "a", count: 90_000))\r\n\r\n")
    #expect(try answer().hasPrefix("HTTP/1.1 431"))
  }

  @Test(
    "what is no HTTP is a 400",
    arguments: [
      "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GE\u{1}T / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nX: a\u{0}b\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n",
    ])
  func malformed(text: String) throws {
    send(text)
    let answer = try answer()
    #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
    #expect(answer.contains("bad-request"))
  }

  @Test(
    "what comes with a request and is none is answered behind it, by its own name",
    arguments: [
      ("\u{16}\u{3}garbage\r\n\r\n", "400"),
      ("GET / HTTP/1.1\r\nX-Large: \(String(repeating: "a", count: 90_000))\r\n\r\n", "431"),
    ])
  func malformedBehind(text: String, status: String) throws {
    let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    send(request + request + text)
    try respond()
    let first = try answer()
    #expect(first.hasPrefix("HTTP/1.1 200") && !first.contains("HTTP/1.1 4"), "the second waits")
    try respond()
    let answer = try answer()
    #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("HTTP/1.1 \(status)"), "\(answer)")
    #expect(answer.contains("X-Request-Id: req_") && answer.contains("Connection: close"), "\(answer)")
    pass(.seconds(2))
    #expect(!channel.isActive)
  }

  @Test("who sends two at once may wait for the second answer as long as for the first")
  func slowSecond() throws {
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    try respond()
    pass(.seconds(200))
    #expect(channel.isActive)
    try respond()
    pass(.seconds(75))
    #expect(!channel.isActive)
  }

  @Test("a body that turns out to be no HTTP has one answer")
  func malformedBody() throws {
    send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    try respond()
    _ = try answer()
    send("no length\r\n")
    try respond()
    #expect(try answer().isEmpty)
  }

  @Test("the rest of a body that was refused is not read: the connection ends")
  func unreadBody() throws {
    send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    try respond()
    #expect(try answer().contains("Connection: close"))
    while try channel.readInbound(as: HTTPRequestPart.self) != nil {}
    send("3\r\nabc\r\n")
    #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil, "what comes later is thrown away")
    pass(.seconds(2))
    #expect(!channel.isActive)
  }
}
