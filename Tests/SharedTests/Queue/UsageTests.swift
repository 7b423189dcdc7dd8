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

  @Test("a record says who asked for what, how it was answered, with which tokens and how long it took")
  func everything() async throws {
    try await QueueLab.with { lab in
      let demand = Demand(key: "key_1", user: "ann")
      try await lab.admit(
        lab.admission(
          tenant: "a", lane: .batch, cache: .use(key: "k"), demand: demand, metadata: #"{"team":"x"}"#))
      let job = try await lab.claimOne()
      var result = lab.result()
      result.isUnpriced = true
      result.answer.usage = TokenUsage(
        promptTokens: 100, completionTokens: 50, cachedTokens: 1, cacheWriteTokens: 2, cacheWrite1hTokens: 3,
        reasoningTokens: 4, audioInputTokens: 5, imageInputTokens: 6, audioOutputTokens: 7,
        imageOutputTokens: 8)
      let completion = Completion(of: job.lease, with: result, isCacheable: true, sinceFirstToken: .zero)
      #expect(try await lab.queue.complete([completion]) == [.recorded])
      let record = try #require(try await lab.queue.usage(after: nil, count: 10).first)
      #expect(record.usage == result.usage && record.isUnpriced)
      #expect(record.key == "key_1" && record.user == "ann" && record.tags == ["team": "x"])
      #expect(record.route == "default" && record.lane == "batch" && record.source == .provider)
      let total = try #require(record.totalTime)
      #expect(record.firstTokenTime == total && record.queueTime.map { $0 <= total } == true)
      // By the cache, without becoming a job.
      guard
        case .cached = try await lab.queue.admit(
          lab.admission(tenant: "a", cache: .use(key: "k"), records: false, demand: demand))
      else {
        Issue.record("not from the cache")
        return
      }
      let hit = try #require(try await lab.queue.usage(after: record.id, count: 10).first)
      #expect(hit.source == .cache && hit.cost == .zero && hit.usage == .zero && hit.key == "key_1")
      #expect(hit.user == "ann" && hit.totalTime == .zero && hit.queueTime == nil && hit.tags.isEmpty)
    }
  }

  @Test("who followed another's call is told from who made it, and from who was cancelled meanwhile")
  func coalesced() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<3 { ids.append(try await lab.admit(lab.admission(cache: .use(key: "k")))) }
      _ = try await lab.queue.cancel(ids[2], tenant: "default")
      var result = lab.result()
      result.cost = NanoDollars(rawValue: 5)
      _ = try await lab.queue.complete(try await lab.claimOne().lease, with: result, isCacheable: true)
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map(\.job) == [ids[2], ids[0], ids[1]])
      #expect(records.map(\.source) == [nil, .provider, .coalesced])
      #expect(records.map(\.cost.rawValue) == [0, 5, 0])
      #expect(records.map { $0.queueTime == nil } == [true, false, true])
    }
  }

  @Test("of a job that was requeued no times are told, which would be those of its former life")
  func requeued() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: ""))
      #expect(try await lab.requeue(id) == .queued)
      _ = try await lab.queue.complete(try await lab.claimOne().lease, with: lab.result(), isCacheable: false)
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map { $0.totalTime == nil } == [false, true] && records.map(\.requeued) == [0, 1])
    }
  }
}
