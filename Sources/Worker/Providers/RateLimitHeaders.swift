import NIOHTTP1
import Shared

/// What a response's headers say of one kind of limit: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of
/// OpenAI and those who copy it, or `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`
/// (https://platform.claude.com/docs/en/api/rate-limits#response-headers). What is missing or wrong is nil.
struct RateLimitHeaders {
  let limit: Int?
  let left: Int?
  /// At most ``ResetTime/longest``.
  let reset: Duration?

  init(_ kind: Quota.Kind, in headers: HTTPHeaders) {
    func value(_ what: String) -> String? {
      headers.first(name: "x-ratelimit-\(what)-\(kind.rawValue)")
        ?? headers.first(name: "anthropic-ratelimit-\(kind.rawValue)-\(what)")
    }
    limit = value("limit").flatMap { Int($0) }
    left = value("remaining").flatMap { Int($0) }
    // The one has durations, the other times.
    reset = value("reset").flatMap { ResetTime.parse($0) ?? ResetTime.until(time: $0, headers) }
  }
}
