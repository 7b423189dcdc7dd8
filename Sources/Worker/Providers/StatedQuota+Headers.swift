import NIOHTTP1
import Shared

extension StatedQuota {
  /// What the headers say is left; a kind of which one header is missing or wrong is passed over.
  static func stated(in headers: HTTPHeaders) -> [StatedQuota] {
    guard RateLimitHeaders.areStated(in: headers) else { return [] }
    return Quota.Kind.allCases.compactMap { kind in
      let stated = RateLimitHeaders(kind == .requests ? .requests : .tokens, in: headers)
      guard let limit = stated.limit, limit > 0, let left = stated.left, (0...limit).contains(left),
        let reset = stated.reset
      else { return nil }
      return StatedQuota(kind: kind, left: left, limit: limit, resetsIn: reset)
    }
  }
}
