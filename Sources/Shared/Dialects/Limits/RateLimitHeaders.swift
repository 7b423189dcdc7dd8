public import NIOHTTP1

/// What a response's headers say of one kind of limit: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of
/// OpenAI and those who copy it, or `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`
/// (https://platform.claude.com/docs/en/api/rate-limits#response-headers). What is missing or wrong is nil.
public struct RateLimitHeaders {
  public enum Kind: String, Sendable, CaseIterable {
    case requests
    case tokens
  }

  /// Whether any stand there. Most answers have none, and to look for each by its name costs more than to read what such
  /// an answer says.
  public static func areStated(in headers: HTTPHeaders) -> Bool {
    headers.contains { name, _ in
      guard name.utf8.count >= shortestName, let first = name.utf8.first else { return false }
      // X-RateLimit-…, Anthropic-RateLimit-…
      return first | 0x20 == UInt8(ascii: "x") || first | 0x20 == UInt8(ascii: "a")
    }
  }

  private static let shortestName = "x-ratelimit-reset-tokens".utf8.count

  private let kind: Kind
  private let headers: HTTPHeaders

  public init(_ kind: Kind, in headers: HTTPHeaders) {
    self.kind = kind
    self.headers = headers
  }

  public var limit: Int? { value("limit").flatMap { Int($0) } }
  public var left: Int? { value("remaining").flatMap { Int($0) } }
  /// At most ``ResetTime/longest``.
  public var reset: Duration? {
    // The one has durations, the other times.
    value("reset").flatMap { ResetTime.parse($0) ?? ResetTime.until(time: $0, headers) }
  }

  private func value(_ what: String) -> String? {
    headers.first(name: "x-ratelimit-\(what)-\(kind.rawValue)")
      ?? headers.first(name: "anthropic-ratelimit-\(kind.rawValue)-\(what)")
  }
}
