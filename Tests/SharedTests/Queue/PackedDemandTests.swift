import Testing

@testable import Shared

@Suite("Demands as Redis reads them")
struct PackedDemandTests {
  private static let limit: [UInt8] =
    [0x94, 0xab] + Array("limit:key:a".utf8) + [60, 0xd3, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40, 1]

  private let rate = RateDemand(subject: "key:a", limit: RateLimit(requests: 60, per: .minute))

  @Test("what counts against nothing and has no key is nothing")
  func none() {
    #expect(Demand().packed.isEmpty)
  }

  @Test("what RATE_LIMIT alone counts has no amounts, and holds nothing")
  func rateLimitAlone() {
    var demand = Demand()
    demand.rates = [rate]
    #expect(demand.packed == [0, 0x97, 0, 0, 0, 0xa0, 0xa0] + Self.limit + [0])
  }

  @Test("amounts stand before the shape, which tells their places")
  func amounts() {
    var demand = Demand(key: "k", user: "u")
    demand.rates = [rate]
    demand.queued = [QueuedDemand(subject: "t:a:q", scope: .tenant, unit: .jobs, most: 9, amount: 2)]
    let queued: [UInt8] = [0x93, 0xa5] + Array("t:a:q".utf8) + [9, 1]
    let shape: [UInt8] = [0x97, 0, 0, 0, 0xa1, 0x6b, 0xa1, 0x75] + Self.limit
    #expect(
      demand.packed
        == [1, 0, 0, 0, 0, 0, 0, 0, 2] + shape + [0x94, 0x90] + queued + [0x90, 0x90])
  }
}
