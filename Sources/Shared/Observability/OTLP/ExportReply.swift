import NIOCore
import NIOHTTP1

/// What follows from a collector's answer (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
enum ExportReply: Sendable, Hashable {
  /// It took the spans, but for so many of them. `message` is its own, cut short.
  case taken(rejected: Int, message: String?)
  /// It may take them later: not before so long, where it says so.
  case later(reason: String, retryAfter: Duration?)
  /// It never will.
  case refused(reason: String)

  /// The longest wait that a collector can ask for.
  static let longestWait = Duration.seconds(300)
  private static let longestMessage = 200

  /// `body` is nil when it is too long to be read.
  init(status: Int, headers: HTTPHeaders, body: ByteBuffer?) {
    switch status {
    case 200...299: self = Self.success(headers, body)
    case 429, 502, 503, 504:
      self = .later(reason: "it answered \(status)", retryAfter: Self.retryAfter(headers))
    case 300...399: self = .refused(reason: "it answered with a redirect (\(status)), which is not followed")
    default: self = .refused(reason: "it answered \(status)")
    }
  }

  private static func success(_ headers: HTTPHeaders, _ body: ByteBuffer?) -> ExportReply {
    let type = headers.first(name: "content-type").map(mediaType) ?? ""
    guard let body else { return .refused(reason: "it answered with more than any collector does") }
    if body.readableBytes == 0 { return .taken(rejected: 0, message: nil) }
    let (rejected, message): (Int64, String?)
    switch type {
    case "application/x-protobuf": (rejected, message) = PartialSuccess.read(protobuf: body)
    case "application/json": (rejected, message) = PartialSuccess.read(json: body)
    case "text/html":
      return .refused(reason: "it answered with a page, as no collector does; is the URL right?")
    default: (rejected, message) = (0, nil)
    }
    let count = Int(min(max(rejected, 0), 1_000_000))
    return .taken(rejected: count, message: message.map { String($0.prefix(longestMessage)) })
  }

  private static func mediaType(_ value: String) -> String {
    let type = value.prefix { $0 != ";" }.lowercased()
    return String(type.filter { !$0.isWhitespace })
  }

  /// Seconds, or a date, which is compared with the answer's own.
  private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    guard let text = headers.first(name: "retry-after"), !text.isEmpty else { return nil }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Int64(text).map { min(.seconds($0), longestWait) } ?? longestWait
    }
    guard let end = HTTPDate.parse(text), let now = headers.first(name: "date").flatMap(HTTPDate.parse)
    else { return nil }
    return min(.seconds(max(0, end - now)), longestWait)
  }
}
