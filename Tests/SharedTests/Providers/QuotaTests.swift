import Testing

@testable import Shared

@Suite("Quotas as they are written")
struct QuotaTests {
  @Test("a quota is an amount, what it counts, and its window")
  func reading() {
    #expect(Quota(parsing: "30 requests/minute") == Quota(kind: .requests, amount: 30, window: .minute))
    #expect(Quota(parsing: "500000 tokens/day") == Quota(kind: .tokens, amount: 500_000, window: .day))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "30", "requests/minute", "0 requests/minute", "-1 requests/minute", "30 requests/hour",
      "30 request/minute",
      "30 requests", "30 requests/minute/day", "1e3 tokens/day",
    ])
  func refusing(text: String) { #expect(Quota(parsing: text) == nil) }
}
