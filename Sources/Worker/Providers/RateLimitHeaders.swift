import NIOHTTP1
import Shared

/// What a response's headers say of one kind of limit: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of
/// OpenAI and those who copy it, or `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`
/// (https://platform.claude.com/docs/en/api/rate-limits#response-headers). What is missing or wrong is nil.
struct RateLimitHeaders {
  private let kind: Quota.Kind
  private let headers: HTTPHeaders

  init(_ kind: Quota.Kind, in headers: HTTPHeaders) {
    self.kind = kind
    self.headers = headers
  }

  var limit: Int? { value("limit").flatMap { Int($0) } }
  var left: Int? { value("remaining").flatMap { Int($0) } }
  /// At most ``ResetTime/longest``.
  var reset: Duration? {
    // The one has durations, the other times.
    value("reset").flatMap { ResetTime.parse($0) ?? ResetTime.until(time: $0, headers) }
  }

  private func value(_ what: String) -> String? {
    headers.first(name: "x-ratelimit-\(what)-\(kind.rawValue)")
      ?? headers.first(name: "anthropic-ratelimit-\(kind.rawValue)-\(what)")
  }
}
