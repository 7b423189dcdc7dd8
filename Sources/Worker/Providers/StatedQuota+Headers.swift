import NIOHTTP1
import Shared

extension StatedQuota {
  /// What the headers say is left; a kind of which one header is missing or wrong is passed over.
  static func stated(in headers: HTTPHeaders) -> [StatedQuota] {
    Quota.Kind.allCases.compactMap { kind in
      let stated = RateLimitHeaders(kind, in: headers)
      guard let limit = stated.limit, let left = stated.left, let reset = stated.reset, limit > 0, left >= 0,
        left <= limit
      else { return nil }
      return StatedQuota(kind: kind, left: left, limit: limit, resetsIn: reset)
    }
  }
}
