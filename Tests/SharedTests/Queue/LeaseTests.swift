import NIOCore
import Testing

@testable import Shared

@Suite("Leases and fencing tokens")
struct LeaseTests {
  @Test("a job whose worker is lost goes to the front, with a new token; the old one is refused")
  func reclaim() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let lost = try await lab.claimOne()
      try await lab.admit(lab.admission())
      try await lab.letTimePass("lease", id)
      let again = try await lab.claimOne()
      #expect(again.lease.id == id && again.lease.fence > lost.lease.fence)
      #expect(again.attempts == 2)
      #expect(try await lab.queue.complete(lost.lease, with: lab.result("late"), isCacheable: true) == .stale)
      #expect(
        try await lab.queue.fail(lost.lease, with: JobFailure(code: .allProvidersFailed, message: ""))
          == .stale)
      #expect(try await lab.queue.retry(lost.lease, after: .zero, countsAttempt: true) == .stale)
      #expect(try await lab.queue.renew([lost.lease], worker: "w") == Renewal(lost: [lost.lease], over: []))
      #expect(
        try await lab.queue.complete(again.lease, with: lab.result("right"), isCacheable: true) == .recorded)
      let body = try await lab.queue.read(id, tenant: "default").job?.body
      #expect(body.map { String(buffer: $0).contains("right") } == true)
    }
  }

  @Test("an outcome is recorded once")
  func once() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true) == .recorded)
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true) == .stale)
      #expect(try await lab.queue.statistics().openJobs == 0)
    }
  }

  @Test("a job that loses its worker three times is taken out and kept for the operator")
  func quarantine() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      for number in 0..<3 {
        _ = try await lab.claimOne(worker: "lost \(number)")
        try await lab.loseWorker("lost \(number)", holding: id)
      }
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      let job = try #require(try await lab.queue.read(id, tenant: "default").job)
      #expect(job.state == .failed)
      #expect(try JSONParser.parse(job.body ?? ByteBuffer())["code"] == "quarantined")
      let statistics = try await lab.queue.statistics()
      #expect(statistics.dead == 1 && statistics.openJobs == 0 && statistics.running == 0)
      #expect(try await lab.keys().contains("sluice:{0}:p:\(id)"), "its request is kept")
    }
  }

  @Test("a job that a live worker did not renew is given to another, but no crash is counted")
  func lostClaim() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      for _ in 0..<5 {
        _ = try await lab.claimOne()
        try await lab.letTimePass("lease", id)
      }
      #expect(try await lab.claimOne().attempts == 6)
      #expect(try await lab.queue.statistics().counts["crashes"] == nil)
    }
  }

  @Test("after a silence of all workers, leases are left alone until the living have renewed them")
  func grace() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne(worker: "a")
      try await lab.letTimePass("lease", id)
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:workers", "XX", "1", "a"))
      let claim = try await lab.queue.claim(1, worker: "b")
      #expect(claim.jobs.isEmpty)
      #expect(claim.nextDue.map { $0 > .seconds(5) } == true, "nobody asks again at once")
      #expect(try await lab.queue.renew([job.lease], worker: "a") == .allHeld)
      #expect(
        try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
    }
  }

  @Test("a renewed lease lasts, and renewing is a worker's sign of life")
  func renew() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await lab.letTimePass("lease", id)
      #expect(try await lab.queue.renew([job.lease], worker: "w") == .allHeld)
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      #expect(try await lab.queue.statistics().workers == 1)
      try await lab.queue.leave(worker: "w")
      #expect(try await lab.queue.statistics().workers == 0)
    }
  }

  @Test("a renewal tells what was lost from what the worker itself has just ended or put aside")
  func renewOver() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<5 { try await lab.admit(lab.admission()) }
      let jobs = try await lab.queue.claim(5, worker: "w").jobs
      _ = try await lab.queue.complete(jobs[0].lease, with: lab.result(), isCacheable: false)
      _ = try await lab.queue.fail(
        jobs[1].lease, with: JobFailure(code: .requestRefused, message: "no"))
      _ = try await lab.queue.retry(jobs[2].lease, after: .seconds(60), countsAttempt: true)
      try await lab.letTimePass("lease", jobs[3].lease.id)
      let again = try await lab.claimOne(worker: "another").lease
      #expect(again.id == jobs[3].lease.id)
      let renewal = try await lab.queue.renew(jobs.map(\.lease), worker: "w")
      #expect(renewal.over == Set(jobs[0...2].map(\.lease)))
      #expect(renewal.lost == [jobs[3].lease])
      // Also once the other worker has answered it: this one had lost it all the same.
      _ = try await lab.queue.complete(again, with: lab.result(), isCacheable: false)
      #expect(try await lab.queue.renew([jobs[3].lease], worker: "w").lost == [jobs[3].lease])
      #expect(try await lab.queue.statistics().counts["stale"] == nil, "nothing is counted")
    }
  }

  @Test("given-back jobs stand at the front in their order, no attempt used up")
  func release() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<4 { ids.append(try await lab.admit(lab.admission())) }
      let held = try await lab.queue.claim(2, worker: "w").jobs
      try await lab.queue.release(held.map(\.lease))
      let again = try await lab.queue.claim(4, worker: "w").jobs
      #expect(again.map(\.lease.id) == ids)
      #expect(again.map(\.attempts) == [1, 1, 1, 1])
      #expect(try await lab.queue.complete(held[0].lease, with: lab.result(), isCacheable: false) == .stale)
    }
  }

  @Test("a retried job waits for its time and then counts one attempt more")
  func retry() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      #expect(try await lab.queue.retry(job.lease, after: .seconds(60), countsAttempt: true) == .recorded)
      #expect(try await lab.state(of: id) == .scheduled)
      let idle = try await lab.queue.claim(1, worker: "w")
      #expect(idle.jobs.isEmpty)
      #expect(idle.nextDue.map { $0 > .seconds(50) && $0 <= .seconds(60) } == true)
      try await lab.letTimePass("scheduled", id)
      let again = try await lab.claimOne()
      #expect(again.attempts == 2)
      #expect(try await lab.queue.retry(again.lease, after: .zero, countsAttempt: false) == .recorded)
      try await lab.letTimePass("scheduled", id)
      #expect(try await lab.claimOne().attempts == 2, "an attempt that asked nobody is not counted")
    }
  }

  @Test("when all jobs have ended, nothing of the queue is left over")
  func nothingLeft() async throws {
    try await QueueLab.with { lab in
      for number in 0..<30 {
        try await lab.admit(
          lab.admission(tenant: "t\(number % 3)", lane: Lane.allCases[number % 3], channel: "c"))
      }
      for (number, job) in try await lab.queue.claim(30, worker: "w").jobs.enumerated() {
        if number % 2 == 0 {
          _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
        } else {
          _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: ""))
        }
      }
      let statistics = try await lab.queue.statistics()
      #expect(statistics.openJobs == 0 && statistics.openBytes == 0 && statistics.running == 0)
      let left = try await lab.keys(beginning: QueueLab.passing)
      #expect(left.isEmpty)
    }
  }
}
