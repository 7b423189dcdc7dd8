import HTTPTypes
import NIOCore
import Shared

/// A response before it is sent, or half of it.
struct Outgoing: Sendable {
  private(set) var status: Int
  private(set) var headers: HTTPFields
  /// One for a whole body, an event each for a stream.
  private(set) var parts: [ByteBuffer]
  /// Whether it goes out without a length.
  private(set) var isStream = false
  /// How many of a stream's last parts say that the text is whole.
  private(set) var terminalCount = 0

  private static let json = "application/json; charset=UTF-8"
  private static let eventStream = "text/event-stream"

  init(_ error: RenderedError) {
    status = error.status
    headers = error.headers
    parts = [error.body.serialized()]
    headers[.contentType] = Self.json
  }

  /// What a behaviour makes of a reply.
  init(_ reply: Reply, _ behaviour: Behaviour) {
    status = 200
    headers = reply.headers
    parts = []
    if let location = behaviour.redirect {
      status = behaviour.status ?? 307
      headers[.location] = location
    } else if let text = behaviour.rawBody {
      setBody(ByteBuffer(string: text), status: behaviour.status, type: "application/json")
    } else if let status = behaviour.status, status != 200,
      behaviour.body == nil || behaviour.body == .truncatedJSON
    {
      setError(reply.error(status, behaviour))
    } else if reply.isStream {
      headers[.contentType] = Self.eventStream
      (parts, terminalCount) = reply.events
      isStream = true
      spoilLines(behaviour)
    } else {
      setBody(reply.body.serialized(), status: nil, type: Self.json)
    }
    if let body = behaviour.body { replaceBody(body, behaviour, reply) }
    if behaviour.isGzipBomb {
      setBody(GzipBomb.bytes, status: nil, type: isStream ? Self.eventStream : "application/json")
      headers[.contentEncoding] = "gzip"
    }
    if behaviour.hasHugeHeaders {
      for number in 0..<64 { headers.set("x-huge-\(number)", String(repeating: "h", count: 4096)) }
    }
    for (name, value) in behaviour.headers { headers.set(name, value) }
  }

  private mutating func setBody(_ body: ByteBuffer, status: Int?, type: String) {
    self.status = status ?? self.status
    headers[.contentType] = type
    parts = [body]
    isStream = false
  }

  private mutating func setError(_ error: RenderedError) {
    setBody(error.body.serialized(), status: error.status, type: Self.json)
    for field in error.headers { headers[field.name] = field.value }
  }

  private mutating func replaceBody(_ body: Behaviour.Body, _ behaviour: Behaviour, _ reply: Reply) {
    let type = isStream ? Self.eventStream : "application/json"
    switch body {
    case .html:
      let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
      setBody(ByteBuffer(string: page), status: behaviour.status, type: "text/html; charset=utf-8")
    case .empty:
      setBody(ByteBuffer(), status: behaviour.status, type: type)
    case .garbage:
      setBody(
        ByteBuffer(bytes: [0xFF, 0xFE, 0x00, 0x9C, 0x7B, 0xC3, 0x28, 0x5D]), status: behaviour.status,
        type: type)
    case .truncatedJSON:
      parts = firstHalf
    case .error200:
      let error = reply.error(behaviour.status ?? 502, behaviour)
      if isStream, let event = reply.errorEvent(error.body) {
        parts = parts.prefix(parts.count / 2) + [event]
      } else {
        setBody(error.body.serialized(), status: 200, type: Self.json)
      }
    }
  }

  var length: Int { parts.reduce(0) { $0 + $1.readableBytes } }
}

// MARK: - Streams

extension Outgoing {
  /// Lines that are allowed, and that a careless reader chokes on.
  private mutating func spoilLines(_ behaviour: Behaviour) {
    if let length = behaviour.longLine { padMiddleEvent(to: length) }
    guard let ending = behaviour.lineEnding else { return }
    let bytes: [UInt8] =
      switch ending {
      case .lineFeed: [0x0A]
      case .carriageReturn: [0x0D]
      case .carriageReturnLineFeed: [0x0D, 0x0A]
      }
    // JSON holds no line's end as it is, so that all there are end lines.
    parts = parts.map { part in
      ByteBuffer(bytes: part.readableBytesView.flatMap { $0 == 0x0D ? [] : $0 == 0x0A ? bytes : [$0] })
    }
  }

  private mutating func padMiddleEvent(to length: Int) {
    let marker = Array("data: ".utf8)
    for (index, part) in parts.enumerated().dropFirst(parts.count / 2) {
      let view = part.readableBytesView
      guard let data = view.firstRange(of: marker), view[data.upperBound] == UInt8(ascii: "{") else {
        continue
      }
      var padded = ByteBuffer(bytes: view[..<data.upperBound])
      padded.writeRepeatingByte(UInt8(ascii: " "), count: max(0, length - view.count))
      padded.writeBytes(view[data.upperBound...])
      parts[index] = padded
      return
    }
  }

  /// What is sent up to a point.
  func parts(until point: Behaviour.Point) -> [ByteBuffer] {
    switch point {
    case .beforeHeaders, .beforeBody: []
    case .midStream where isStream: Array(parts.prefix(parts.count / 2))
    case .midBody, .midStream: firstHalf
    case .beforeTerminalEvent where isStream: parts.dropLast(terminalCount)
    case .beforeTerminalEvent:
      parts.map { $0.getSlice(at: $0.readerIndex, length: max(0, $0.readableBytes - 1)) ?? $0 }
    }
  }

  /// The first `count` events of a stream, with the comments before each.
  func parts(untilEvent count: Int) -> [ByteBuffer] {
    var left = count
    return Array(
      parts.prefix { part in
        guard !ServerSentEvent.isComment(part) else { return left > 0 }
        left -= 1
        return left >= 0
      })
  }

  /// The parts up to the middle, the last of them not whole.
  private var firstHalf: [ByteBuffer] {
    let middle = parts.count / 2
    guard parts.indices.contains(middle) else { return [] }
    let part = parts[middle]
    let half = part.getSlice(at: part.readerIndex, length: part.readableBytes / 2) ?? ByteBuffer()
    return parts[..<middle] + [half]
  }
}
