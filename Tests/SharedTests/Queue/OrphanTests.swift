import NIOCore
import Testing

@testable import Shared

@Suite("What stands in an index without its job stops no step, is removed and is counted")
struct OrphanTests {
  /// A job of which a key is gone stands before another: the other is worked on as ever.
  private func expectPassedOver(
    _ index: String, in lab: QueueLab, _ other: JobID
  ) async throws {
    #expect(try await lab.queue.renew([], worker: "w") == .allHeld)
    #expect(try await lab.work() == [other])
    #expect(try await lab.orphans() == [index: 1])
    #expect(try await lab.leftAfterMending() == [])
  }

  @Test("a deadline that has passed of a job that is lost")
  func deadline() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      try await lab.loseJob(lost)
      try await lab.letTimePass("deadlines", lost)
      let other = try await lab.admit(lab.admission())
      try await expectPassedOver("deadlines", in: lab, other)
      #expect(try await lab.state(of: lost) == nil)
    }
  }

  @Test("a renewal is not stopped by a deadline whose job is lost, while all workers are busy")
  func deadlineWhileBusy() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission(tenant: "a"))
      try await lab.loseJob(lost)
      try await lab.admit(lab.admission(tenant: "b"))
      let job = try #require(try await lab.queue.claim(2, worker: "w").jobs.first)
      try await lab.redis("ZADD", ":deadlines", "1", lost.rawValue)
      #expect(try await lab.queue.renew([job.lease], worker: "w") == .allHeld)
      #expect(try await lab.redis("ZSCORE", ":deadlines", lost.rawValue).string == nil)
    }
  }

  @Test("something of another kind where a job should be")
  func strangeJob() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      try await lab.loseJob(lost)
      try await lab.redis("SET", ":j:\(lost)", "what is this?")
      try await lab.letTimePass("deadlines", lost)
      let other = try await lab.admit(lab.admission())
      #expect(try await lab.state(of: lost) == nil, "who reads it is told that there is no such job")
      #expect(try await lab.queue.cancel(lost, tenant: "default") == .absent)
      #expect(try await lab.queue.ended(among: [lost]).ends.isEmpty)
      try await expectPassedOver("deadlines", in: lab, other)
    }
  }

  @Test("a lease that has ended of a job that is lost; its worker is told")
  func lease() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await lab.loseJob(lost)
      #expect(try await lab.queue.renew([job.lease], worker: "w").lost == [job.lease])
      try await lab.letTimePass("lease", lost)
      let other = try await lab.admit(lab.admission())
      try await expectPassedOver("lease", in: lab, other)
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .stale)
    }
  }

  @Test("a time to come of a job that is lost")
  func scheduled() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission(delay: .seconds(60)))
      try await lab.loseJob(lost)
      try await lab.letTimePass("scheduled", lost)
      let other = try await lab.admit(lab.admission())
      try await expectPassedOver("scheduled", in: lab, other)
    }
  }

  @Test("a place in a lane of a job that is lost")
  func queued() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      let other = try await lab.admit(lab.admission())
      try await lab.loseJob(lost)
      try await expectPassedOver("queue", in: lab, other)
    }
  }

  @Test("a tenant without its queue, and the job that stood there is found again", arguments: [false, true])
  func ready(isOfAnotherType: Bool) async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission(tenant: "a"))
      try await lab.redis("DEL", ":q:standard:a")
      if isOfAnotherType { try await lab.redis("SET", ":q:standard:a", "no list") }
      let other = try await lab.admit(lab.admission(tenant: "b"))
      #expect(try await lab.work() == [other])
      #expect(try await lab.orphans()["ready"] == 1)
      #expect(try await lab.queue.mend().repairs == [Repair(kind: "not-queued", subject: first.rawValue)])
      #expect(try await lab.work() == [first])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("a lane without tenants, and one that does not exist")
  func lanes() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission(lane: .batch))
      try await lab.redis("DEL", ":ready:batch")
      try await lab.redis("ZADD", ":lanes", "0", "express")
      let other = try await lab.admit(lab.admission())
      #expect(try await lab.work() == [other])
      #expect(try await lab.orphans() == ["lanes": 2])
      #expect(try await lab.queue.mend().repairs.map(\.kind) == ["unserved-tenant"])
      #expect(try await lab.work() == [first])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("an offer that names nobody")
  func offers() async throws {
    try await QueueLab.with { lab in
      try await lab.redis("ZADD", ":offers", "9", "nonsense")
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.work() == [id])
      #expect(try await lab.orphans() == ["offers": 1])
    }
  }

  @Test("a dead letter whose job is lost is neither shown nor requeued")
  func dead() async throws {
    try await QueueLab.with { lab in
      for step in ["list", "requeue"] {
        let lost = try await lab.admit(lab.admission())
        let job = try await lab.claimOne()
        _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: ""))
        #expect(try await lab.queue.statistics().dead == 1)
        try await lab.loseJob(lost)
        if step == "list" {
          #expect(try await lab.queue.deadLetters(before: nil, count: 10).elements.isEmpty)
        } else {
          #expect(try await lab.requeue(lost) == .absent)
        }
        #expect(try await lab.queue.statistics().dead == 0)
      }
      _ = try await lab.queue.mend()
      #expect(try await lab.queue.mend().repairs == [])
    }
  }

  @Test("a tenant's list names a job that is lost")
  func listed() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      let other = try await lab.admit(lab.admission())
      try await lab.loseJob(lost)
      let page = try await lab.queue.list(tenant: "default", state: nil, before: nil, count: 10)
      #expect(page.elements.map(\.id) == [other])
      try await expectPassedOver("jobs", in: lab, other)
      #expect(try await lab.redis("ZCARD", ":jobs:default").integer == 1)
    }
  }

  @Test("an ended job whose time to be forgotten has come and that is gone")
  func ended() async throws {
    try await QueueLab.with { lab in
      let lost = try await lab.admit(lab.admission())
      _ = try await lab.work()
      try await lab.loseJob(lost)
      try await lab.redis("SET", ":jobs:strange", "no index")
      try await lab.redis("ZADD", ":ended", "1", "\(lost) strange")
      let other = try await lab.admit(lab.admission())
      #expect(try await lab.work() == [other])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("an idempotency key of a job that is lost stands for the next one")
  func idempotency() async throws {
    try await QueueLab.with { lab in
      let key = Idempotency(digest: "d", fingerprint: "f")
      let lost = try await lab.admit(lab.admission(key: key))
      try await lab.loseJob(lost)
      let other = try await lab.admit(lab.admission(key: key))
      guard case .replayed(other) = try await lab.queue.admit(lab.admission(key: key)) else {
        Issue.record("the key stands for the new job")
        return
      }
      #expect(try await lab.orphans() == ["idem": 1])
    }
  }
}
