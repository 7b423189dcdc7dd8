import Hummingbird
import NIOCore

/// How the body of a response goes out when it does not go out at once and as a whole. Decides without I/O;
/// ``perform(writer:channel:)`` only follows.
struct Delivery: Sendable, Equatable {
  enum Ending: Sendable, Equatable {
    case finish
    /// Nothing more, on a connection that stays open.
    case hang
    /// The connection is closed.
    case cut
    /// The same bytes again and again.
    case endless(ByteBuffer)
  }

  /// The connection was closed on purpose.
  struct Closed: Error {}

  /// The length that the head promises; nil for chunks.
  let contentLength: Int?
  private(set) var parts: [ByteBuffer]
  let pause: Duration?
  let ending: Ending

  init(_ outgoing: Outgoing, _ behaviour: Behaviour) {
    // Never nothing, or a client would have all of it.
    let length = max(1, outgoing.length)
    contentLength = outgoing.isStream || behaviour.isEndless ? nil : length
    let events = outgoing.isStream ? behaviour.hangAfterEvents ?? behaviour.cutAfterEvents : nil
    pause = behaviour.dripMilliseconds.map { .milliseconds($0) }
    if let point = behaviour.hang ?? behaviour.cut {
      parts = outgoing.parts(until: point)
      ending = behaviour.hang == nil ? .cut : .hang
    } else if let events {
      parts = outgoing.parts(untilEvent: events)
      ending = behaviour.hangAfterEvents == nil ? .cut : .hang
    } else if behaviour.hasEndlessComments, outgoing.isStream {
      parts = outgoing.parts(until: .midStream)
      ending = .endless(Self.repeated(ByteBuffer(string: ": still there\n\n")))
    } else if behaviour.isEndless {
      parts = outgoing.parts(until: outgoing.isStream ? .beforeTerminalEvent : .midBody)
      let unit = outgoing.isStream ? parts.last : nil
      ending = .endless(Self.repeated(unit ?? ByteBuffer(string: "x")))
    } else {
      parts = outgoing.parts
      ending = .finish
    }
    if pause != nil, !outgoing.isStream { parts = parts.flatMap(Self.bytes) }
  }

  /// At least 16 KiB, or an endless stream would consist of system calls.
  private static func repeated(_ unit: ByteBuffer) -> ByteBuffer {
    var buffer = unit
    while (1..<16 * 1024).contains(buffer.readableBytes) { buffer.writeImmutableBuffer(buffer) }
    return buffer
  }

  private static func bytes(of part: ByteBuffer) -> [ByteBuffer] {
    part.readableBytesView.map { ByteBuffer(integer: $0) }
  }

  /// Throws when the connection is closed, by either side.
  @concurrent
  func perform(writer: inout any ResponseBodyWriter, channel: any Channel) async throws {
    if let pause {
      for part in parts {
        try await writer.write(part)
        try await Task.sleep(for: pause)
      }
    } else {
      try await writer.write(contentsOf: parts)
    }
    switch ending {
    case .finish: try await writer.finish(nil)
    case .hang: try await Self.hang(on: channel)
    case .cut: try await Self.cut(channel)
    case .endless(let filler):
      while true {
        try await writer.write(filler)
        if let pause { try await Task.sleep(for: pause) }
        // A write returns before the event loop has taken it up, which must not fall behind for ever.
        try await channel.eventLoop.submit {}.get()
      }
    }
  }

  /// Waits until the client goes or the simulator ends; always throws.
  static func hang(on channel: any Channel) async throws {
    await withTaskCancellationHandler {
      try? await channel.closeFuture.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    throw Closed()
  }

  /// Always throws.
  static func cut(_ channel: any Channel) async throws {
    try await channel.close()
    throw Closed()
  }
}
