import NIOHTTP1
import Shared
import Testing

@testable import Worker

@Suite("What providers say is left of their limits")
struct StatedQuotaTests {
  @Test("what is left of Anthropic's limits is read from its own headers")
  func anthropicLimits() {
    let headers: HTTPHeaders = [
      "date": "Sun, 06 Nov 1994 08:49:07 GMT", "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "1994-11-06T08:49:09Z",
      "anthropic-ratelimit-tokens-limit": "40000", "anthropic-ratelimit-tokens-remaining": "39000",
      "anthropic-ratelimit-tokens-reset": "yesterday",
    ]
    #expect(
      StatedQuota.stated(in: headers) == [
        StatedQuota(kind: .requests, left: 49, limit: 50, resetsIn: .seconds(2))
      ])
  }
}
