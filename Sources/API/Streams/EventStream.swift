import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// An answer as server-sent events, from whoever makes them to the client's socket.
struct EventStream: Sendable {
  /// How often a quiet stream says that it is still there, so that no proxy takes it for dead.
  static let heartbeat = Duration.seconds(15)
  /// How long the client may take to receive one write…
  private static let writeTimeout = TimeAmount.seconds(60)
  /// … of so many bytes at most, so that one large event is not what cuts off a slow client.
  private static let writeSize = 256 * 1024

  static let headers: HTTPFields = [
    .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
    // nginx would collect the events otherwise.
    .accelBuffering: "no",
  ]

  let channel: any Channel
  /// Where it is noted what was sent; nil where nobody asks.
  var trail: RequestTrail?

  /// Writes some events. Throws when the client is gone, or does not read: then its connection is closed.
  @concurrent
  func write(_ bytes: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
    var bytes = bytes
    repeat {
      let part = bytes.readSlice(length: min(bytes.readableBytes, Self.writeSize)) ?? ByteBuffer()
      let timer = channel.eventLoop.scheduleTask(in: Self.writeTimeout) { channel.close(promise: nil) }
      defer { timer.cancel() }
      let size = part.readableBytes
      try await writer.write(part)
      trail?.sent(size)
    } while bytes.readableBytes > 0
  }
}

extension ByteBuffer {
  /// Appends an event whose data is one line of JSON.
  mutating func writeEvent(number: Int? = nil, name: String? = nil, _ json: ByteBuffer) {
    if let number { writeString("id: \(number)\n") }
    if let name { writeString("event: \(name)\n") }
    writeStaticString("data: ")
    writeImmutableBuffer(json)
    writeStaticString("\n\n")
  }

  /// Appends a comment, which clients pass over.
  mutating func writeComment(_ text: StaticString) {
    writeStaticString(": ")
    writeStaticString(text)
    writeStaticString("\n\n")
  }
}
