import Logging
import NIOCore
import Synchronization
import Testing

@testable import Shared

@Suite("Redis that forbids, forgets or has lost everything")
struct DamageTests {
  private func forbidding(
    _ rule: String, allowing back: String, _ lab: QueueLab, _ body: () async throws -> Void
  ) async throws {
    _ = try await lab.redis.send(RedisCommand("ACL", "SETUSER", "default", rule))
    try await body()
    _ = try await lab.redis.send(RedisCommand("ACL", "SETUSER", "default", back))
  }

  @Test("a channel that Redis forbids stops no step half-way, and is counted")
  func forbiddenChannels() async throws {
    try await QueueLab.with { lab in
      try await forbidding("resetchannels", allowing: "allchannels", lab) {
        let offer = lab.queue.offer(of: "w", on: lab.queue.makeHandOverChannel())
        _ = try await lab.queue.claim(2, worker: "w", offer: offer)
        for streaming in [nil, StreamMode.deltas] {
          let id = try await lab.admit(lab.admission(channel: "sluice:{0}:c", streaming: streaming))
          let job = try await lab.claimOne()
          #expect(job.lease.id == id)
          #expect(
            try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
          #expect(try await lab.state(of: id) == .succeeded)
        }
        let cancelled = try await lab.admit(lab.admission(channel: "sluice:{0}:c"))
        let job = try await lab.claimOne()
        #expect(try await lab.queue.cancel(cancelled, tenant: "default") == .cancelled)
        #expect(try await lab.queue.settle(job.lease, bought: nil))
        #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      }
      #expect(try await lab.queue.statistics().untold > 0)
      #expect(try await lab.queue.mend().repairs == [])
    }
  }

  @Test("a step that Redis' rules for commands stop half-way frees what it has ended")
  func forbiddenCommand() async throws {
    try await QueueLab.with { lab in
      let ids = [try await lab.admit(lab.admission()), try await lab.admit(lab.admission())]
      let jobs = try await lab.queue.claim(2, worker: "w").jobs
      try await forbidding("-xadd", allowing: "+xadd", lab) {
        let ends = jobs.map { Completion(of: $0.lease, with: lab.result(), isCacheable: false) }
        await #expect(throws: QueueError.self) { _ = try await lab.queue.complete(ends) }
      }
      #expect(try await lab.queue.renew([jobs[0].lease], worker: "w").over == [jobs[0].lease])
      #expect(
        try await lab.queue.complete(jobs[1].lease, with: lab.result(), isCacheable: false) == .recorded)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.queue.mend().repairs == [])
      for id in ids { #expect(try await lab.state(of: id) == .succeeded) }
    }
  }

  @Test("a job that a step of before has ended half-way leaves the indexes, and is not ended twice")
  func endedHalfWay() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.claimOne()
      try await lab.redis("HSET", ":j:\(id)", "s", "succeeded", "ft", "1")
      try await lab.redis("PEXPIRE", ":j:\(id)", "86400000")
      try await lab.letTimePass("lease", id)
      try await lab.letTimePass("deadlines", id)
      #expect(try await lab.work() == [])
      #expect(try await lab.orphans() == ["lease": 1, "deadlines": 1])
      _ = try await lab.queue.mend()
      #expect(try await lab.queue.mend().repairs == [])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.state(of: id) == .succeeded)
      #expect(try #require(try await lab.redis("PTTL", ":p:\(id)").integer) > 0, "its request goes with it")
    }
  }

  @Test(
    "the janitor finds what is not due yet: members without a job, and what is left of jobs that are lost")
  func walk() async throws {
    try await QueueLab.with { lab in
      for number in 0..<450 { try await lab.redis("ZADD", ":deadlines", "9e15", "job_\(number)") }
      let lost = try await lab.admit(lab.admission(metadata: "{}", callback: "https://example.com"))
      let scheduled = try await lab.admit(lab.admission(delay: .seconds(60)))
      let leased = try await lab.admit(lab.admission(tenant: "other"))
      for id in [lost, scheduled, leased] { try await lab.loseJob(id) }
      try await lab.redis("ZREM", ":deadlines", scheduled.rawValue, leased.rawValue)
      try await lab.redis("ZADD", ":lease", "9e15", leased.rawValue)
      try await lab.redis("ZADD", ":ready:batch", "0", "nobody")
      try await lab.redis("HSET", ":parked", "batch:nobody", "0")
      try await lab.redis("ZADD", ":jobs:nobody", "0", lost.rawValue)
      let kinds = try await lab.queue.mend().repairs.map(\.kind)
      #expect(kinds.filter { $0 == "stray-deadlines" }.count == 451)
      #expect(Set(kinds).isSuperset(of: ["stray-scheduled", "stray-lease", "stray-ready", "stray-parked"]))
      #expect(try await lab.queue.claim(9, worker: "w").jobs.isEmpty)
      #expect(try await lab.leftAfterMending() == [])
      #expect(try await lab.keys(beginning: ["j:", "m:", "u:", "jobs:"]) == [])
    }
  }

  @Test("the janitor takes its round in bounded steps and goes on where it was")
  func rounds() async throws {
    try await QueueLab.with { lab in
      for number in 0..<450 { try await lab.redis("ZADD", ":deadlines", "9e15", "job_\(number)") }
      var cursor = MendCursor.start
      var found = 0
      var rounds = 0
      repeat {
        let mended = try await lab.queue.mend(from: cursor, steps: 1)
        #expect(mended.repairs.count <= MendCursor.membersAtOnce)
        (found, cursor, rounds) = (found + mended.repairs.count, mended.next, rounds + 1)
      } while found < 450 || cursor != .start
      #expect(found == 450 && rounds > 3)
    }
  }

  @Test("a Redis that has lost everything is noticed once by each process that knew it")
  func everythingLost() async throws {
    try await QueueLab.with { lab in
      let losses = Mutex(0)
      let watch = FoundingWatch(queue: lab.queue, logger: Logger(label: "test")) {
        losses.withLock { $0 += 1 }
      }
      var (first, second): (String?, String?)
      var told: [Bool] = []
      for _ in 0..<2 {
        told.append(await watch.look(&first))
        told.append(await watch.look(&second))
      }
      #expect(told == [false, false, false, false] && first == second)
      _ = try await lab.redis.send(RedisCommand("FLUSHALL"))
      var third: String?
      told = [await watch.look(&third), await watch.look(&first), await watch.look(&first)]
      #expect(told == [false, true, false], "who did not know the old one has nothing to tell")
      #expect(await watch.look(&second))
      #expect(losses.withLock { $0 } == 2, "each of both looks for the jobs that it has accepted")
    }
  }

  @Test("an operator is told of lost keys and forbidden channels, of each once")
  func sentences() async throws {
    try await QueueLab.with { lab in
      var damage = QueueDamage()
      #expect(damage.learn(from: try await lab.queue.statistics()).isEmpty)
      try await lab.redis("HSET", ":counts", "orphan:lease", "3", "untold", "2")
      let sentences = damage.learn(from: try await lab.queue.statistics())
      #expect(
        sentences.count == 2 && sentences[0].contains("named 3 jobs") && sentences[1].contains("&sluice:*"))
      #expect(damage.learn(from: try await lab.queue.statistics()).isEmpty)
    }
  }
}
