import Testing

@testable import Shared

@Suite("The janitor")
struct MendTests {
  private func key(_ name: String) -> String { "sluice:{0}:\(name)" }

  @Test("a queue in the midst of its work has nothing to mend")
  func nothingToDo() async throws {
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": "2"]) { lab in
      for number in 0..<12 {
        try await lab.admit(
          lab.admission(tenant: "t\(number % 3)", cache: .use(key: "t\(number % 3) k\(number % 4)")))
      }
      try await lab.admit(lab.admission(delay: .seconds(60), callback: "https://example.com"))
      let jobs = try await lab.queue.claim(5, worker: "w").jobs
      _ = try await lab.queue.complete(jobs[0].lease, with: lab.result(), isCacheable: true)
      _ = try await lab.queue.retry(jobs[1].lease, after: .seconds(60), countsAttempt: true)
      #expect(try await lab.queue.mend().repairs == [])
    }
  }

  @Test("a running job without a lease is given one that has run out, so that it is taken back")
  func noLease() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.claimOne()
      _ = try await lab.redis.send(RedisCommand("ZREM", key("lease"), id.rawValue))
      #expect(try await lab.queue.mend().repairs == [Repair(kind: "no-lease", subject: id.rawValue)])
      #expect(try await lab.claimOne().lease.id == id)
    }
  }

  @Test("jobs that got lost from their lane, their time or their deadline are found again")
  func strayJobs() async throws {
    try await QueueLab.with { lab in
      let queued = try await lab.admit(lab.admission())
      let scheduled = try await lab.admit(lab.admission(delay: .seconds(60)))
      _ = try await lab.redis.send(RedisCommand("DEL", key("q:standard:default")))
      _ = try await lab.redis.send(RedisCommand("DEL", key("scheduled")))
      let repairs = try await lab.queue.mend().repairs
      #expect(
        Set(repairs) == [
          Repair(kind: "not-queued", subject: queued.rawValue),
          Repair(kind: "not-scheduled", subject: scheduled.rawValue),
        ])
      let claimed = try await lab.queue.claim(5, worker: "w").jobs.map(\.lease.id)
      #expect(Set(claimed) == [queued, scheduled])
      _ = try await lab.redis.send(RedisCommand("ZREM", key("deadlines"), queued.rawValue))
      #expect(try await lab.queue.mend().repairs.map(\.kind) == ["no-deadline"])
    }
  }

  @Test("a leader that is gone is replaced by the first of its followers")
  func deadLeader() async throws {
    try await QueueLab.with { lab in
      let leader = try await lab.admit(lab.admission(cache: .use(key: "k")))
      let follower = try await lab.admit(lab.admission(cache: .use(key: "k")))
      _ = try await lab.redis.send(RedisCommand("DEL", key("j:\(leader)"), key("q:standard:default")))
      _ = try await lab.redis.send(RedisCommand("ZREM", key("deadlines"), leader.rawValue))
      _ = try await lab.redis.send(RedisCommand("DEL", key("ready:standard"), key("lanes")))
      #expect(try await lab.queue.mend().repairs.map(\.kind).contains("dead-leader"))
      #expect(try await lab.claimOne().lease.id == follower)
    }
  }

  @Test("counters that are off are set right, strays are dropped, an unserved tenant is served")
  func counters() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.redis.send(RedisCommand("HSET", key("open"), "bytes", "99", "jobs:ghost", "7"))
      _ = try await lab.redis.send(RedisCommand("HSET", key("running"), "default", "4"))
      _ = try await lab.redis.send(RedisCommand("ZADD", key("lease"), "1", "job_ghost"))
      _ = try await lab.redis.send(RedisCommand("DEL", key("ready:standard"), key("lanes")))
      let kinds = try await lab.queue.mend().repairs.map(\.kind)
      #expect(
        Set(kinds) == ["counter-open", "counter-running", "stray-lease", "unserved-tenant"])
      #expect(try await lab.queue.mend().repairs == [])
      let job = try await lab.claimOne()
      #expect(job.lease.id == id)
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.queue.statistics().counts["repaired:stray-lease"] == 1)
    }
  }

  @Test("a tenant that is held back for jobs which do not run is served")
  func parkedForEver() async throws {
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": "1"]) { lab in
      for _ in 0..<2 { try await lab.admit(lab.admission()) }
      let job = try await lab.claimOne()
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      _ = try await lab.redis.send(RedisCommand("DEL", key("ready:standard"), key("lanes")))
      _ = try await lab.redis.send(RedisCommand("HSET", key("parked"), "standard:default", "5"))
      #expect(try await lab.queue.mend().repairs.map(\.kind) == ["unserved-tenant"])
      #expect(try await lab.queue.claim(1, worker: "w").jobs.count == 1)
    }
  }

  @Test("only one process mends at a time")
  func duty() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.queue.isOnDuty(for: .seconds(60))
      let second = try await lab.queue.isOnDuty(for: .seconds(60))
      #expect(first && !second)
    }
  }
}
