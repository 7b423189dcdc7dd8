import NIOHTTP1
import Shared

/// What came of one attempt to deliver a webhook.
enum CallbackOutcome: Sendable, Hashable {
  /// The receiver answered 2xx.
  case delivered
  /// The receiver answered 410: it wants none of this any more, so no further attempt is made.
  case gone
  /// Anything else. `reason` is a phrase for people and logs, without path, query or secret;
  /// `retryAfter` is what the receiver asked for, at most ``CallbackBackoff/longest``.
  /// `status` is what it answered, if anything.
  case failed(reason: String, retryAfter: Duration? = nil, status: Int? = nil)

  /// By the head of the receiver's answer; its body has no say.
  init(status: Int, headers: HTTPHeaders) {
    switch status {
    case 200...299: self = .delivered
    case 410: self = .gone
    case 300...399:
      self = .failed(reason: "answered with a redirect (\(status)), which is not followed", status: status)
    default:
      self = .failed(
        reason: "answered \(status)", retryAfter: Self.retryAfter(headers), status: status)
    }
  }

  /// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which is compared with the answer's own
  /// `Date`, so that our clock does not matter.
  private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    guard let text = headers.first(name: "retry-after"), !text.isEmpty else { return nil }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      // A number too long for 64 bits is a long wait all the same.
      return Int64(text).map { min(.seconds($0), CallbackBackoff.longest) } ?? CallbackBackoff.longest
    }
    guard let end = HTTPDate.parse(text), let now = headers.first(name: "date").flatMap(HTTPDate.parse)
    else { return nil }
    return min(.seconds(max(0, end - now)), CallbackBackoff.longest)
  }
}
