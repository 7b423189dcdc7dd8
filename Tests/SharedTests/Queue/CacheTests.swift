import NIOCore
import Testing

@testable import Shared

@Suite("The answer cache")
struct CacheTests {
  /// Runs one job to its end, so that its answer is cached under `key`.
  private func answer(_ lab: QueueLab, key: String, text: String = "answer", isCacheable: Bool = true)
    async throws
    -> JobID
  {
    let id = try await lab.admit(lab.admission(cache: .refresh(key: key)))
    let job = try await lab.claimOne()
    #expect(
      try await lab.queue.complete(job.lease, with: lab.result(text), isCacheable: isCacheable) == .recorded)
    return id
  }

  private func cached(_ lab: QueueLab, _ cache: CacheUse, records: Bool = false) async throws -> (
    source: JobID, result: String
  )? {
    let admission = lab.admission(cache: cache, records: records)
    guard case .cached(let source, let result, _, _) = try await lab.queue.admit(admission) else {
      return nil
    }
    return (source, String(buffer: result))
  }

  @Test("an equal request is answered from the cache, which names the job that made the answer")
  func hit() async throws {
    try await QueueLab.with { lab in
      let id = try await answer(lab, key: "k")
      let hit = try await cached(lab, .use(key: "k"))
      #expect(hit?.source == id)
      #expect(hit?.result == String(buffer: lab.result().encoded()))
      #expect(try await lab.queue.statistics().openJobs == 0, "an answer from the cache queues nothing")
    }
  }

  @Test("refresh and off do not read it")
  func notRead() async throws {
    try await QueueLab.with { lab in
      _ = try await answer(lab, key: "k")
      #expect(try await cached(lab, .refresh(key: "k")) == nil)
      #expect(try await cached(lab, .off) == nil)
      #expect(try await cached(lab, .use(key: "other")) == nil)
    }
  }

  @Test("a refreshed answer takes the place of the old one")
  func refreshed() async throws {
    try await QueueLab.with { lab in
      _ = try await answer(lab, key: "k", text: "old")
      _ = try await answer(lab, key: "k", text: "new")
      #expect(try await cached(lab, .use(key: "k"))?.result.contains("new") == true)
    }
  }

  @Test("an answer that may not be cached is not")
  func uncacheable() async throws {
    try await QueueLab.with { lab in
      _ = try await answer(lab, key: "k", isCacheable: false)
      #expect(try await cached(lab, .use(key: "k")) == nil)
    }
  }

  @Test("a hit becomes a job of its own where that is wanted")
  func recorded() async throws {
    try await QueueLab.with { lab in
      _ = try await answer(lab, key: "k")
      let admission = lab.admission(cache: .use(key: "k"), records: true, metadata: #"{"a":"b"}"#)
      guard case .cached = try await lab.queue.admit(admission) else {
        Issue.record("it should be a hit")
        return
      }
      let job = try #require(try await lab.queue.read(admission.id, tenant: "default").job)
      #expect(job.state == .succeeded && job.isCached && job.finished != nil)
      #expect(job.metadata != nil)
    }
  }

  @Test("without a cache time nothing is cached")
  func off() async throws {
    try await QueueLab.with(settings: ["CACHE_TTL": "0"]) { lab in
      _ = try await answer(lab, key: "k")
      #expect(try await cached(lab, .use(key: "k")) == nil)
      #expect(try await lab.keys().allSatisfy { !$0.contains(":cache") })
    }
  }

  @Test("the cache keeps within its bytes: the oldest answers give way")
  func bounded() async throws {
    try await QueueLab.with(settings: ["CACHE_MAX_BYTES": "2000"]) { lab in
      let text = String(repeating: "x", count: 300)
      for number in 0..<8 { _ = try await answer(lab, key: "k\(number)", text: text) }
      #expect(try await cached(lab, .use(key: "k0")) == nil)
      #expect(try await cached(lab, .use(key: "k7")) != nil)
      let total = try await lab.redis.send(RedisCommand("HGET", "sluice:{0}:cachesize", "total")).string
      #expect(total.flatMap { Int($0) }.map { $0 > 0 && $0 <= 2000 } == true)
      let entries = try await lab.keys().filter { $0.contains(":cache:") }.count
      let indexed = try await lab.redis.send(RedisCommand("ZCARD", "sluice:{0}:cached")).integer
      #expect(indexed == Int64(entries))
    }
  }

  @Test("an answer larger than the whole cache is not kept")
  func tooLarge() async throws {
    try await QueueLab.with(settings: ["CACHE_MAX_BYTES": "500"]) { lab in
      _ = try await answer(lab, key: "k", text: String(repeating: "x", count: 600))
      #expect(try await cached(lab, .use(key: "k")) == nil)
    }
  }
}
