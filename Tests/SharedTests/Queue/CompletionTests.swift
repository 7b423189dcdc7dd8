import NIOCore
import Testing

@testable import Shared

@Suite("Recording many answers in one step")
struct CompletionTests {
  private func completion(
    _ lab: QueueLab, _ job: ClaimedJob, _ text: String, isCacheable: Bool = true
  ) -> Completion {
    Completion(of: job.lease, with: lab.result(text), isCacheable: isCacheable)
  }

  private func answer(_ lab: QueueLab, of job: ClaimedJob, tenant: String = "default") async throws -> String?
  {
    let body = try await lab.queue.read(job.lease.id, tenant: tenant).job?.body
    return try body.flatMap { try JSONParser.parse($0)["response"]?.string }
  }

  @Test("each job has its own answer and usage record, and nothing is left of them in what they shared")
  func many() async throws {
    try await QueueLab.with { lab in
      for number in 0..<100 {
        try await lab.admit(lab.admission(tenant: "tenant \(number % 3)", cache: .use(key: "k\(number)")))
      }
      let jobs = try await lab.queue.claim(100, worker: "w").jobs
      let settlements = try await lab.queue.complete(
        jobs.map { completion(lab, $0, "answer \($0.lease.id)") })
      #expect(settlements == Array(repeating: .recorded, count: 100))
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.queue.statistics().counts["ended:succeeded"] == 100)
      #expect(Set(try await lab.queue.usage(after: nil, count: 200).map(\.job)) == Set(jobs.map(\.lease.id)))
      for job in jobs {
        let answers = [
          try await answer(lab, of: job, tenant: "tenant 0"),
          try await answer(lab, of: job, tenant: "tenant 1"),
          try await answer(lab, of: job, tenant: "tenant 2"),
        ]
        #expect(answers.compactMap(\.self) == ["answer \(job.lease.id)"])
      }
      #expect(try await lab.keys(beginning: ["cache:"]).count == 100)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("a stale one among them changes nothing, and a job that comes twice is recorded once")
  func stale() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<3 { try await lab.admit(lab.admission()) }
      let jobs = try await lab.queue.claim(3, worker: "w").jobs
      try await lab.letTimePass("lease", jobs[1].lease.id)
      let again = try await lab.claimOne(worker: "other")
      let settlements = try await lab.queue.complete(
        [
          completion(lab, jobs[0], "first"), completion(lab, jobs[1], "stale"),
          completion(lab, jobs[2], "once"), completion(lab, jobs[2], "twice"),
        ])
      #expect(settlements == [.recorded, .stale, .recorded, .stale])
      #expect(try await answer(lab, of: jobs[2]) == "once")
      #expect(try await lab.state(of: again.lease.id) == .running)
      let statistics = try await lab.queue.statistics()
      #expect(statistics.openJobs == 1 && statistics.running == 1)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("followers of several calls have their calls' answers")
  func followers() async throws {
    try await QueueLab.with { lab in
      var followers: [(id: JobID, key: String)] = []
      for key in ["a", "b"] {
        try await lab.admit(lab.admission(cache: .use(key: key)))
        for _ in 0..<3 { followers.append((try await lab.admit(lab.admission(cache: .use(key: key))), key)) }
      }
      let jobs = try await lab.queue.claim(9, worker: "w").jobs
      #expect(jobs.count == 2)
      let texts = ["a", "b"]
      _ = try await lab.queue.complete(zip(jobs, texts).map { completion(lab, $0, $1) })
      for (id, key) in followers {
        let body = try #require(try await lab.queue.read(id, tenant: "default").job?.body)
        #expect(try JSONParser.parse(body)["response"]?.string == key)
      }
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("answers of one step that the cache's cap has no room for push out older ones, the cap is kept")
  func cap() async throws {
    try await QueueLab.with(settings: ["CACHE_MAX_BYTES": "3000"]) { lab in
      for number in 0..<12 { try await lab.admit(lab.admission(cache: .use(key: "k\(number)"))) }
      let jobs = try await lab.queue.claim(12, worker: "w").jobs
      _ = try await lab.queue.complete(
        jobs.map { completion(lab, $0, String(repeating: "x", count: 500)) })
      let total = try await lab.redis.send(RedisCommand("HGET", "sluice:{0}:cachesize", "total"))
      let stored = try await lab.keys(beginning: ["cache:"])
      #expect((1...5).contains(stored.count) && stored.contains("sluice:{0}:cache:k11"))
      #expect(try #require(total.string.flatMap(Int.init)) <= 3000)
    }
  }

  @Test("two answers of one step under the same key: the later is the entry, and is counted once")
  func sameKey() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<2 { try await lab.admit(lab.admission(cache: .refresh(key: "k"))) }
      let jobs = try await lab.queue.claim(2, worker: "w").jobs
      _ = try await lab.queue.complete([completion(lab, jobs[0], "old"), completion(lab, jobs[1], "new")])
      guard
        case .cached(let source, _, _, _) = try await lab.queue.admit(lab.admission(cache: .use(key: "k")))
      else {
        Issue.record("it should be in the cache")
        return
      }
      #expect(source == jobs[1].lease.id)
      let sizes = try await lab.redis.send(RedisCommand("HMGET", "sluice:{0}:cachesize", "k", "total")).array
      #expect(sizes?[0].string == sizes?[1].string)
    }
  }
}
