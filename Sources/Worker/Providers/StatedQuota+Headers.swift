import NIOHTTP1
import Shared

extension StatedQuota {
  /// What `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of OpenAI and those who copy it say; a kind
  /// of which one header is missing or wrong is passed over.
  static func stated(in headers: HTTPHeaders) -> [StatedQuota] {
    Quota.Kind.allCases.compactMap { kind in
      func number(_ what: String) -> Int? {
        headers.first(name: "x-ratelimit-\(what)-\(kind.rawValue)").flatMap { Int($0) }
      }
      guard let limit = number("limit"), let left = number("remaining"), limit > 0, left >= 0, left <= limit,
        let reset = headers.first(name: "x-ratelimit-reset-\(kind.rawValue)").flatMap({ ResetTime.parse($0) })
      else { return nil }
      return StatedQuota(kind: kind, left: left, limit: limit, resetsIn: reset)
    }
  }
}
