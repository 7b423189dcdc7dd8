import Testing

@testable import Shared

@Suite("Quotas that all workers share")
struct QuotaStoreTests {
  private let target = Target(provider: "groq", model: "some/model")

  private func granted(
    _ store: QuotaStore, _ tokens: Int, _ quotas: [Quota]
  ) async throws -> QuotaReservation? {
    let outcome = try await store.reserve(target, tokens: tokens, quotas: quotas)
    return try? outcome.get()
  }

  @Test("never more requests within a minute than the quota, whoever asks; a refusal says how long to wait")
  func requests() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let quotas = [Quota(kind: .requests, amount: 10, window: .minute)]
      let outcomes = try await withThrowingTaskGroup(of: Result<QuotaReservation, QuotaExhausted>.self) {
        group in
        for _ in 0..<50 { group.addTask { try await store.reserve(target, tokens: 1, quotas: quotas) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      var waits: [Duration] = []
      for outcome in outcomes { if case .failure(let exhausted) = outcome { waits.append(exhausted.wait) } }
      #expect(waits.count == 40)
      #expect(waits.allSatisfy { $0 > .seconds(55) && $0 <= .seconds(65) })
    }
  }

  @Test("all quotas are looked at before any is taken")
  func together() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let quotas = [
        Quota(kind: .requests, amount: 100, window: .minute),
        Quota(kind: .tokens, amount: 1000, window: .day),
      ]
      let large = try await granted(store, 900, quotas)
      #expect(large != nil)
      for _ in 0..<200 { #expect(try await granted(store, 200, quotas) == nil) }
      #expect(try await granted(store, 100, quotas) != nil, "refusals took no requests")
    }
  }

  @Test("the tokens that were really used take the place of the estimate")
  func settlement() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let quotas = [Quota(kind: .tokens, amount: 1000, window: .minute)]
      let reservation = try #require(try await granted(store, 900, quotas))
      try await store.settle(reservation, usedTokens: 100, quotas: quotas)
      #expect(try await granted(store, 900, quotas) != nil)
      #expect(try await granted(store, 1, quotas) == nil)
    }
  }

  @Test("a request that is larger than the whole quota goes when nothing else does")
  func oversized() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let quotas = [Quota(kind: .tokens, amount: 1000, window: .minute)]
      let oversized = try await granted(store, 5000, quotas)
      #expect(oversized != nil)
      #expect(try await granted(store, 1, quotas) == nil)
    }
  }

  @Test("what a provider says of itself counts, less the requests that it may not have counted yet")
  func observation() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let stated = StatedQuota(kind: .requests, left: 5, limit: 30, resetsIn: .seconds(40))
      #expect(try await store.metered().isEmpty)
      try await store.observe([stated], of: target, receipt: nil)
      #expect(try await store.metered() == [target])
      let first = try #require(try await granted(store, 1, []))
      for _ in 0..<2 { #expect(try await granted(store, 1, []) != nil) }
      // The answer to the first one says that 4 are left, while two more are on their way.
      let next = StatedQuota(kind: .requests, left: 4, limit: 30, resetsIn: .seconds(40))
      try await store.observe([next], of: target, receipt: first.receipt)
      for _ in 0..<2 { #expect(try await granted(store, 1, []) != nil) }
      guard case .failure(let exhausted) = try await store.reserve(target, tokens: 1, quotas: []) else {
        Issue.record("the provider has nothing left")
        return
      }
      #expect(exhausted.wait > .seconds(35) && exhausted.wait <= .seconds(40))
    }
  }

  @Test("where plenty is left, nobody needs to ask")
  func plenty() async throws {
    try await QueueLab.with { lab in
      let store = QuotaStore(redis: lab.redis)
      let stated = StatedQuota(kind: .requests, left: 9000, limit: 10_000, resetsIn: .seconds(40))
      try await store.observe([stated], of: target, receipt: nil)
      #expect(try await store.metered().isEmpty)
    }
  }
}
