import Testing

@testable import Shared

@Suite("Idempotency keys")
struct IdempotencyTests {
  private let key = Idempotency(digest: "d1", fingerprint: "body")

  @Test("the same key and body give the first job, whatever its state; nothing is counted twice")
  func replay() async throws {
    try await QueueLab.with { lab in
      let limit = RateDemand(subject: "s", limit: RateLimit(requests: 1, per: .hour))
      let first = try await lab.admit(lab.admission(limits: [limit], key: key))
      for _ in 0..<3 {
        guard case .replayed(let id) = try await lab.queue.admit(lab.admission(limits: [limit], key: key))
        else {
          Issue.record("not replayed")
          return
        }
        #expect(id == first)
      }
      #expect(try await lab.queue.statistics().openJobs == 1)
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      guard case .replayed(first) = try await lab.queue.admit(lab.admission(key: key)) else {
        Issue.record("not replayed after the end")
        return
      }
    }
  }

  @Test("the same key with another body is refused, and nothing is written")
  func conflict() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(key: key))
      let other = Idempotency(digest: "d1", fingerprint: "other")
      guard case .keyReused = try await lab.queue.admit(lab.admission(key: other)) else {
        Issue.record("not refused")
        return
      }
      #expect(try await lab.queue.statistics().openJobs == 1)
    }
  }

  @Test("what a key stands for is known without asking anew, as long as its job is there")
  func known() async throws {
    try await QueueLab.with { lab in
      #expect(try await lab.queue.known(key) == nil)
      let id = try await lab.admit(lab.admission(key: key))
      #expect(try await lab.queue.known(key) == .replayed(id))
      #expect(try await lab.queue.known(Idempotency(digest: "d1", fingerprint: "other")) == .reused)
      #expect(try await lab.queue.known(Idempotency(digest: "d2", fingerprint: "body")) == nil)
      try await lab.redis("DEL", ":j:\(id)")
      #expect(try await lab.queue.known(key) == nil)
    }
  }

  @Test("200 requests at once with one key make one job")
  func race() async throws {
    try await QueueLab.with { lab in
      let outcomes = try await withThrowingTaskGroup(of: AdmissionOutcome.self) { group in
        for _ in 0..<200 { group.addTask { try await lab.queue.admit(lab.admission(key: key)) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let admitted = outcomes.count { if case .admitted = $0 { true } else { false } }
      let replayed = outcomes.count { if case .replayed = $0 { true } else { false } }
      #expect(admitted == 1 && replayed == 199)
    }
  }

  @Test("an answer from the cache is a job under its key, too")
  func cached() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(cache: .use(key: "k")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
      let hit = lab.admission(cache: .use(key: "k"), records: false, key: key)
      guard case .cached = try await lab.queue.admit(hit) else {
        Issue.record("not cached")
        return
      }
      guard case .replayed(hit.id) = try await lab.queue.admit(lab.admission(key: key)) else {
        Issue.record("not replayed")
        return
      }
      #expect(try await lab.state(of: hit.id) == .succeeded)
    }
  }

  @Test("a job with a key can be read for a day, however short JOB_TTL is")
  func keptForADay() async throws {
    try await QueueLab.with(settings: ["JOB_TTL": "1"]) { lab in
      let id = try await lab.admit(lab.admission(key: key))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      let left = try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:j:\(id)")).integer ?? 0
      #expect(left > 86_400_000)
    }
  }
}
