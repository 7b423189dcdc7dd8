import NIOCore
import Shared

/// Cuts a provider's bytes into events, as the HTML standard says
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream): lines end with
/// CR, LF or both, comments are passed over, several `data` lines make one text. Ids and `retry` mean nothing here.
struct ServerSentEventParser: Sendable {
  /// A line or an event that is longer than any provider's.
  struct TooLong: Error, Hashable {
    let limit: Int
  }

  private let limit: Int
  private var line: [UInt8] = []
  private var name = ""
  private var data: [UInt8] = []
  private var hasData = false
  /// The last byte was a CR: an LF that follows belongs to it.
  private var endsWithReturn = false
  private var isFirstLine = true

  /// `limit` is in bytes, for one line and for the data of one event.
  init(limit: Int = AnswerLimits().event) { self.limit = limit }

  /// What is held of an event that is not whole, in bytes.
  var heldBytes: Int { line.count + data.count }

  /// The events that are whole with these bytes.
  mutating func feed(_ bytes: ByteBuffer) throws(TooLong) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    var rest = bytes.readableBytesView
    while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      let isSecondHalf = endsWithReturn && end == rest.startIndex && rest[end] == 0x0A
      endsWithReturn = rest[end] == 0x0D
      if !isSecondHalf {
        try take(rest[..<end])
        if let event = try endLine() { events.append(event) }
      }
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty {
      endsWithReturn = false
      try take(rest)
    }
    return events
  }

  private mutating func take(_ bytes: ByteBufferView) throws(TooLong) {
    guard line.count + bytes.count <= limit else { throw TooLong(limit: limit) }
    line.append(contentsOf: bytes)
  }

  /// Nil until an empty line ends an event that has data.
  private mutating func endLine() throws(TooLong) -> ServerSentEvent? {
    defer { Self.empty(&line) }
    if isFirstLine {
      isFirstLine = false
      // A byte order mark.
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    if line.isEmpty { return endEvent() }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    if line[..<colon].elementsEqual("data".utf8) {
      guard data.count + value.count < limit else { throw TooLong(limit: limit) }
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    } else if line[..<colon].elementsEqual("event".utf8) {
      name = String(decoding: value, as: UTF8.self)
    }
    return nil
  }

  /// Keeps the room for what is usual, and not that of an image for the rest of the stream.
  private static func empty(_ bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
  }

  private mutating func endEvent() -> ServerSentEvent? {
    defer {
      name = ""
      Self.empty(&data)
      hasData = false
    }
    guard hasData else { return nil }
    return ServerSentEvent(
      name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self))
  }
}
