import NIOCore
import NIOPosix

/// A bare TCP connection to a server: what an HTTP client would tidy up goes out as it is.
public struct RawConnection {
  public let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private var received = ""

  /// Connects to a port of this machine, and closes the connection after `body`.
  public static func with<Value: Sendable>(
    port: Int, _ body: @Sendable (inout RawConnection) async throws -> Value
  ) async throws -> Value {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
      return try await body(&connection)
    }
  }

  /// Sends `bytes` on a connection of its own and returns what is answered.
  public static func exchange(port: Int, _ bytes: ByteBuffer) async throws -> String {
    try await with(port: port) { connection in
      try await connection.send(bytes)
      return await connection.answer()
    }
  }

  /// Throws when the server has closed the connection.
  public func send(_ bytes: ByteBuffer) async throws { try await outbound.write(bytes) }

  public func send(_ text: String) async throws { try await send(ByteBuffer(string: text)) }

  /// The next whole response, head and body, or all that came before the server closed.
  public mutating func answer() async -> String {
    while true {
      if let end = endOfResponse {
        defer { received.removeSubrange(..<end) }
        return String(received[..<end])
      }
      // A reset is an end, too.
      guard let part = try? await inbound.next(isolation: #isolation) else { return takeAll() }
      received += String(buffer: part)
    }
  }

  /// All that comes up to and with a text, or another, or until the server closes the connection.
  public mutating func text(until end: String, or other: String? = nil) async -> String {
    while !received.contains(end), !(other.map(received.contains) ?? false) {
      guard let part = try? await inbound.next(isolation: #isolation) else { return takeAll() }
      received += String(buffer: part)
    }
    return takeAll()
  }

  /// All that comes until the server closes the connection.
  public mutating func untilClosed() async -> String {
    while let part = try? await inbound.next(isolation: #isolation) { received += String(buffer: part) }
    return takeAll()
  }

  private mutating func takeAll() -> String {
    defer { received = "" }
    return received
  }

  private var endOfResponse: String.Index? {
    // "\r\n" is one Character, so this is done in UTF-8.
    let bytes = received.utf8
    guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = received[..<head.lowerBound].split(whereSeparator: \.isNewline)
    let length = lines.lazy.compactMap { line -> Int? in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
      return Int(parts[1].filter(\.isNumber))
    }.first
    return bytes.index(head.upperBound, offsetBy: length ?? 0, limitedBy: bytes.endIndex)
  }
}

extension RawConnection {
  /// The words of a Redis' reply to a command on a line, without their lengths: for servers to which no client would
  /// connect.
  @discardableResult
  public static func words(_ port: Int, _ command: String, password: String? = nil) async throws -> [String] {
    let text = try await with(port: port) { connection in
      if let password {
        try await connection.send("AUTH \(password)\r\n")
        _ = await connection.text(until: "+OK\r\n")
      }
      try await connection.send("\(command)\r\nPING\r\n")
      // What a server says to both that loads its data.
      return await connection.text(until: "+PONG\r\n", or: "-LOADING")
    }
    return text.split(separator: "\r\n").map(String.init).filter { !$0.hasPrefix("$") && !$0.hasPrefix("*") }
  }
}
