import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Claiming jobs")
struct ClaimTests {
  @Test("a job is claimed once, with its request and a fencing token")
  func once() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(prompt: "why"))
      let claim = try await lab.queue.claim(10, worker: "w")
      let job = try #require(claim.jobs.first)
      #expect(claim.jobs.count == 1 && !claim.hasMore)
      #expect(job.lease.id == id && job.lease.worker == "w")
      #expect(job.attempts == 1)
      #expect(job.request.map { String(buffer: $0) } == "why")
      #expect(job.timeLeft > .seconds(590) && job.timeLeft <= .seconds(600))
      #expect(try await lab.queue.claim(10, worker: "w").jobs.isEmpty)
      #expect(try await lab.state(of: id) == .running)
    }
  }

  @Test("no more is claimed than was asked for, and the rest is announced")
  func batch() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<5 { try await lab.admit(lab.admission()) }
      let first = try await lab.queue.claim(3, worker: "w")
      #expect(first.jobs.count == 3 && first.hasMore)
      let second = try await lab.queue.claim(3, worker: "w")
      #expect(second.jobs.count == 2 && !second.hasMore)
    }
  }

  @Test("one tenant's jobs are taken in the order in which they came")
  func order() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<20 { ids.append(try await lab.admit(lab.admission())) }
      #expect(try await lab.queue.claim(20, worker: "w").jobs.map(\.lease.id) == ids)
    }
  }

  @Test("of 21 jobs from full lanes 16 are interactive, 4 standard and 1 batch")
  func lanes() async throws {
    try await QueueLab.with { lab in
      var lanes: [JobID: Lane] = [:]
      for lane in Lane.allCases {
        for _ in 0..<42 { lanes[try await lab.admit(lab.admission(lane: lane))] = lane }
      }
      var counts: [Lane: Int] = [:]
      for job in try await lab.queue.claim(42, worker: "w").jobs {
        counts[lanes[job.lease.id] ?? .batch, default: 0] += 1
      }
      #expect(abs((counts[.interactive] ?? 0) - 32) <= 1)
      #expect(abs((counts[.standard] ?? 0) - 8) <= 1)
      #expect((1...3).contains(counts[.batch] ?? 0))
    }
  }

  @Test("a tenant with one question does not wait behind another's thousand")
  func fairness() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<200 { try await lab.admit(lab.admission(tenant: "crowd")) }
      _ = try await lab.queue.claim(10, worker: "w")
      let one = try await lab.admit(lab.admission(tenant: "one"))
      let next = try await lab.queue.claim(2, worker: "w").jobs.map(\.lease.id)
      #expect(next.contains(one))
    }
  }

  @Test("turns are weighed by the work that is asked for")
  func weights() async throws {
    try await QueueLab.with { lab in
      var tenants: [JobID: String] = [:]
      for _ in 0..<60 {
        tenants[try await lab.admit(lab.admission(tenant: "heavy", weight: 300))] = "heavy"
        tenants[try await lab.admit(lab.admission(tenant: "light", weight: 100))] = "light"
      }
      let claimed = try await lab.queue.claim(40, worker: "w").jobs.map { tenants[$0.lease.id] }
      #expect(abs(claimed.count { $0 == "light" } - 30) <= 2)
    }
  }

  @Test("coming back again and again is no way to the front")
  func noCredit() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<50 { try await lab.admit(lab.admission(tenant: "patient")) }
      var served = 0
      for _ in 0..<20 {
        let hasty = try await lab.admit(lab.admission(tenant: "hasty"))
        // Two are served in each round; the hasty tenant's fair share is one of them.
        let claimed = try await lab.queue.claim(2, worker: "w").jobs.map(\.lease.id)
        if claimed.contains(hasty) { served += 1 }
      }
      #expect(served <= 20 && served >= 18)
      let before = try await lab.queue.statistics().queued
      #expect(before <= 50 - 18 + 2)
    }
  }

  @Test("a job past its deadline that nobody began has expired")
  func expired() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.redis.send(RedisCommand("HSET", "sluice:{0}:j:\(id)", "d", "1"))
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      #expect(try await lab.state(of: id) == .expired)
      #expect(try await lab.queue.statistics().openJobs == 0)
    }
  }

  @Test("idle workers are woken by a job, one by one while work remains")
  func signal() async throws {
    try await QueueLab.with { lab in
      try await lab.withSignal { signal in
        async let woken: Void = signal.wait(atMost: Patience.command)
        try await lab.admit(lab.admission())
        try await lab.admit(lab.admission())
        try await woken
        #expect(try await lab.queue.claim(1, worker: "w").hasMore)
        try await signal.wait(atMost: Patience.command)
        let last = try await lab.queue.claim(1, worker: "w")
        #expect(last.jobs.count == 1 && !last.hasMore)
      }
    }
  }
}
