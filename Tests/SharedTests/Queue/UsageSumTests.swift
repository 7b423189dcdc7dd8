import Logging
import Testing

@testable import Shared

@Suite("The sums of usage")
struct UsageSumTests {
  private static let day: Int64 = 86_400_000

  private func expectSums(_ lab: QueueLab, of records: [UsageRecord]) async throws {
    for buckets in [UsageBuckets.hours, .days, .users] {
      let sums = try await lab.sums(buckets)
      #expect(sums == records.sums(buckets), "\(buckets)")
    }
  }

  /// So many ends of many kinds, by several tenants, keys and users.
  private func work(_ lab: QueueLab, _ count: Int, seed: Int) async throws {
    for number in 0..<count {
      let kind = (number + seed) % 7
      let demand = Demand(
        key: kind % 2 == 0 ? "key_\(kind)" : nil, user: kind % 3 == 0 ? "user \(number % 3)" : nil)
      let id = try await lab.admit(lab.admission(tenant: "t\(kind % 3)", demand: demand))
      guard kind > 0 else {
        _ = try await lab.queue.cancel(id, tenant: "t0")
        continue
      }
      let job = try await lab.claimOne()
      var result = lab.result()
      result.answer.usage = TokenUsage(
        promptTokens: number * 7 + 3, completionTokens: number + 1, cachedTokens: kind, cacheWriteTokens: 2,
        cacheWrite1hTokens: 1, reasoningTokens: number % 5)
      result.cost = NanoDollars(rawValue: Int64(number) * 1_000_003 + 1)
      result.isUnpriced = kind == 3
      if kind == 2 {
        _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: ""))
      } else {
        _ = try await lab.queue.complete(job.lease, with: result, isCacheable: false)
      }
    }
  }

  @Test("the sums over hours, days and users are those over the records")
  func equal() async throws {
    try await QueueLab.with { lab in
      try await work(lab, 250, seed: 0)
      #expect(try await lab.queue.rollUsage())
      try await expectSums(lab, of: lab.records())
      try await work(lab, 30, seed: 3)
      #expect(try await lab.queue.rollUsage())
      let records = try await lab.records()
      try await expectSums(lab, of: records)
      let all = records.reduce(into: UsageSums()) { $0 += UsageSums($1) }
      #expect(all.requests == 280 && all.errors > 0 && all.unpriced > 0 && all.cacheWriteTokens > 0)
    }
  }

  @Test("each record counts once, however many add up at once while jobs end")
  func concurrent() async throws {
    try await QueueLab.with { lab in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await work(lab, 300, seed: 1) }
        for _ in 0..<4 {
          group.addTask { for _ in 0..<50 { _ = try await lab.queue.rollUsage(steps: 2) } }
        }
        try await group.waitForAll()
      }
      #expect(try await lab.queue.rollUsage())
      #expect(try await lab.queue.rollUsage())
      let records = try await lab.records()
      #expect(records.count == 300)
      try await expectSums(lab, of: records)
    }
  }

  @Test("a cursor that is lost or damaged makes nothing count twice", arguments: ["", "x", "9-"])
  func lostCursor(damage: String) async throws {
    try await QueueLab.with { lab in
      try await work(lab, 120, seed: 0)
      #expect(try await lab.queue.rollUsage())
      if damage.isEmpty {
        try await lab.redis("DEL", ":rolled")
      } else {
        try await lab.redis("HSET", ":rolled", "cursor", damage)
      }
      try await work(lab, 20, seed: 5)
      #expect(try await lab.queue.rollUsage())
      try await expectSums(lab, of: lab.records())
    }
  }

  @Test("sums that are of another type, or damaged, stop nothing")
  func strangers() async throws {
    try await QueueLab.with { lab in
      let day = try await lab.queue.usageReach().now / Self.day
      try await lab.redis("SET", ":use:d:\(day)", "x")
      try await lab.redis("SET", ":rolled", "x")
      try await lab.addRecord([("prompt", "3")])
      #expect(try await lab.queue.rollUsage())
      #expect(try await lab.sums(.days).values.map(\.promptTokens) == [3])
      for field in try await lab.redis("HKEYS", ":use:d:\(day)").array?.compactMap(\.string) ?? [] {
        if !field.isEmpty { try await lab.redis("HSET", ":use:d:\(day)", field, "1 2 x") }
      }
      try await lab.addRecord([("prompt", "4")])
      #expect(try await lab.queue.rollUsage())
      #expect(try await lab.sums(.days).values.map(\.promptTokens) == [4])
    }
  }

  @Test("records of older versions, and what is no record, are added up as they are read")
  func older() async throws {
    try await QueueLab.with { lab in
      for cost in ["27", "0", "-1", "9223372036854775807", "x"] {
        try await lab.addRecord([("provider", "p"), ("model", "m"), ("prompt", "14"), ("cost", cost)])
      }
      try await lab.addRecord([("prompt", "99999999999"), ("nanos", "5"), ("cost", "1")])
      try await lab.addRecord([("user", "one\u{1F}two"), ("completion", "1")])
      try await lab.redis("XADD", ":usage", "*", "what", "is this?")
      #expect(try await lab.queue.rollUsage())
      let records = try await lab.records()
      #expect(records.count == 7)
      let sums = try await lab.sums(.days)
      #expect(sums == records.sums(.days))
      #expect(
        Set(try await lab.sums(.users).keys.map(\.parts)) == [["a", ""], ["a", "one\u{FFFD}two"]])
    }
  }

  @Test("hours stay for 90 days, days for ever, users' days and records for USAGE_RETENTION")
  func retention() async throws {
    try await QueueLab.with(settings: ["USAGE_RETENTION": "172800"]) { lab in
      let now = try await lab.queue.usageReach().now
      for days in [400, 91, 89, 4, 1] as [Int64] {
        try await lab.addRecord(at: "\(now - days * Self.day)-0", [("user", "u"), ("prompt", "\(days)")])
      }
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await lab.records().count == 5, "what is not added up never goes")
      #expect(try await lab.queue.rollUsage())
      let first = now / Self.day - 500
      #expect(
        try await lab.sums(.days, from: first).values.map(\.promptTokens).sorted() == [1, 4, 89, 91, 400])
      #expect(try await lab.sums(.hours, from: first * 24).values.map(\.promptTokens).sorted() == [1, 4, 89])
      #expect(try await lab.sums(.users, from: first).values.map(\.promptTokens) == [1])
      let left = try await lab.redis("PTTL", ":use:h:\((now - 89 * Self.day) / 3_600_000)").integer ?? 0
      #expect((Self.day / 2...2 * Self.day).contains(left))
      #expect(try await lab.redis("PTTL", ":use:d:\(now / Self.day - 400)").integer == -1)
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await lab.records().map(\.usage.promptTokens) == [1])
      #expect(try await lab.queue.statistics().counts["dropped:usage"] ?? 0 == 0, "they have had their time")
      let reach = try await lab.queue.usageReach()
      #expect(reach.firstSum == now - 400 * Self.day && reach.firstRecord == now - Self.day)
    }
  }

  @Test("sums of many combinations are read page by page, each once")
  func pages() async throws {
    try await QueueLab.with { lab in
      for number in 0..<2500 { try await lab.addRecord([("key", "key_\(number)"), ("prompt", "\(number)")]) }
      #expect(try await lab.queue.rollUsage())
      let sums = try await lab.sums(.days)
      #expect(sums.count == 2500 && sums.values.reduce(0) { $0 + $1.promptTokens } == 2499 * 1250)
    }
  }

  @Test("the keeper on duty adds up each second")
  func keeper() async throws {
    try await QueueLab.with { lab in
      try await lab.addRecord([("prompt", "3")])
      var duty = MemoryKeeper.Duty()
      try await MemoryKeeper(queue: lab.queue, logger: .init(label: "test")).turn(&duty)
      #expect(try await lab.sums(.days).values.map(\.promptTokens) == [3])
    }
  }
}
