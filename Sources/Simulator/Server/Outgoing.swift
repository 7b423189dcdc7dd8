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

  init(_ error: RenderedError) {
    status = error.status
    headers = error.headers
    parts = [error.body.serialized()]
    headers[.contentType] = "application/json; charset=UTF-8"
  }

  /// What a behaviour makes of an answer.
  init(_ call: ChatCall, _ answer: Answer, _ behaviour: Behaviour, _ dialect: any Dialect) {
    status = 200
    headers = dialect.headers(answer)
    parts = []
    if let location = behaviour.redirect {
      status = behaviour.status ?? 307
      headers[.location] = location
    } else if let text = behaviour.rawBody {
      setBody(ByteBuffer(string: text), status: behaviour.status, type: "application/json")
    } else if let status = behaviour.status, status != 200,
      behaviour.body == nil || behaviour.body == .truncatedJSON
    {
      setError(
        dialect.render(
          .status(status, retryAfter: behaviour.retryAfter, quota: behaviour.quota), model: call.model))
    } else if call.delivery == .serverSentEvents {
      headers[.contentType] = "text/event-stream"
      parts = dialect.events(call, answer)
      terminalCount = dialect.terminalEventCount(call, answer)
      isStream = true
    } else if call.delivery == .array, let gemini = dialect as? GeminiDialect {
      let chunks = gemini.chunks(call, answer).map { JSONValue.object($0) }
      setBody(JSONValue.array(chunks).serialized(), status: nil, type: "application/json; charset=UTF-8")
    } else {
      setBody(dialect.body(call, answer).serialized(), status: nil, type: "application/json; charset=UTF-8")
    }
    if let body = behaviour.body { replaceBody(body, behaviour, call, answer, dialect) }
    if behaviour.isGzipBomb {
      setBody(GzipBomb.bytes, status: nil, type: "application/json")
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
    setBody(error.body.serialized(), status: error.status, type: "application/json; charset=UTF-8")
    for field in error.headers { headers[field.name] = field.value }
  }

  private mutating func replaceBody(
    _ body: Behaviour.Body, _ behaviour: Behaviour, _ call: ChatCall, _ answer: Answer,
    _ dialect: any Dialect
  ) {
    switch body {
    case .html:
      let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
      setBody(ByteBuffer(string: page), status: behaviour.status, type: "text/html; charset=utf-8")
    case .empty:
      setBody(ByteBuffer(), status: behaviour.status, type: "application/json")
    case .garbage:
      setBody(
        ByteBuffer(bytes: [0xFF, 0xFE, 0x00, 0x9C, 0x7B, 0xC3, 0x28, 0x5D]), status: behaviour.status,
        type: "application/json")
    case .truncatedJSON:
      parts = firstHalf
    case .error200:
      let error = dialect.render(
        .status(behaviour.status ?? 502, retryAfter: behaviour.retryAfter, quota: behaviour.quota),
        model: call.model)
      if isStream {
        parts = parts.prefix(parts.count / 2) + [dialect.errorEvent(call, answer, error.body)]
      } else {
        setBody(error.body.serialized(), status: 200, type: "application/json; charset=UTF-8")
      }
    }
  }

  var length: Int { parts.reduce(0) { $0 + $1.readableBytes } }

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

  /// The parts up to the middle, the last of them not whole.
  private var firstHalf: [ByteBuffer] {
    let middle = parts.count / 2
    guard parts.indices.contains(middle) else { return [] }
    let part = parts[middle]
    let half = part.getSlice(at: part.readerIndex, length: part.readableBytes / 2) ?? ByteBuffer()
    return parts[..<middle] + [half]
  }
}
