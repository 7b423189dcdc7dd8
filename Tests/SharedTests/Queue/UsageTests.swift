import Testing

@testable import Shared

@Suite("The usage outbox")
struct UsageTests {
  @Test("every end writes one record, in the step that ends the job")
  func oneEach() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<4 { ids.append(try await lab.admit(lab.admission(tenant: "a"))) }
      let jobs = try await lab.queue.claim(2, worker: "w").jobs
      var result = lab.result()
      result.answer.usage = TokenUsage(promptTokens: 14, completionTokens: 24)
      result.cost = NanoDollars(rawValue: 27_001)
      _ = try await lab.queue.complete(jobs[0].lease, with: result, isCacheable: true)
      _ = try await lab.queue.complete(jobs[0].lease, with: result, isCacheable: true)
      _ = try await lab.queue.fail(jobs[1].lease, with: JobFailure(code: .allProvidersFailed, message: ""))
      _ = try await lab.queue.cancel(ids[2], tenant: "a")
      try await lab.letTimePass("deadlines", ids[3])
      _ = try await lab.queue.renew([], worker: "w")
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map(\.job) == ids)
      #expect(records.map(\.state) == [.succeeded, .failed, .cancelled, .expired])
      #expect(records[0].usage == result.usage && records[0].cost == result.cost)
      #expect(records[0].provider == "p" && records[0].model == "m" && records[0].tenant == "a")
      #expect(records[1].provider == nil && records[1].usage == .zero && records[1].attempts == 1)
      #expect(try await lab.queue.usage(after: records[2].id, count: 10) == [records[3]])
    }
  }

  @Test("a cost is kept to the nano-dollar, and told in whole micro-dollars to whoever read it so before")
  func nanos() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission())
      var result = lab.result()
      result.cost = NanoDollars(rawValue: 27_001)
      _ = try await lab.queue.complete(try await lab.claimOne().lease, with: result, isCacheable: false)
      let entries = try await lab.redis.send(RedisCommand("XRANGE", "sluice:{0}:usage", "-", "+"))
      let pairs = try #require(entries.array?.first?.array?.last?.array)
      let fields = pairs.compactMap(\.string)
      func field(_ name: String) -> String? { fields.firstIndex(of: name).map { fields[$0 + 1] } }
      #expect(field("cost") == "28" && field("nanos") == "27001")
      #expect(try await lab.queue.usage(after: nil, count: 1)[0].cost == result.cost)
    }
  }

  @Test("a record says which of a provider's keys answered, beside the provider's name")
  func providerKey() async throws {
    try await QueueLab.with { lab in
      for key in [nil, KeyPlace.listed(12), .own] {
        try await lab.admit(lab.admission())
        var result = lab.result()
        result.providerKey = key
        _ = try await lab.queue.complete(try await lab.claimOne().lease, with: result, isCacheable: false)
      }
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map(\.providerKey) == [nil, .listed(12), .own])
      #expect(records.map(\.provider) == ["p", "p", "p"])
    }
  }

  @Test("a record of an older version, or of a worker of one, says what it said")
  func olderRecords() async throws {
    try await QueueLab.with { lab in
      let id = JobID(unixMilliseconds: 1)
      for cost in ["27", "0", "-1", "9223372036854775807", "x"] {
        _ = try await lab.redis.send(
          RedisCommand(
            "XADD", "sluice:{0}:usage", "*", "job", id.rawValue, "tenant", "a", "state", "succeeded",
            "provider", "p", "model", "m", "prompt", "14", "completion", "24", "cost", cost, "attempts", "1",
            "requeued", "0"))
      }
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map(\.cost.rawValue) == [27_000, 0, 0, NanoDollars.limit.rawValue, 0])
      #expect(records[0].usage.promptTokens == 14)
    }
  }
}
