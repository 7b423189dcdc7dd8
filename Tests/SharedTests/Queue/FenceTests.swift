import NIOCore
import Testing

@testable import Shared

@Suite("A holder is a fence and a worker")
struct FenceTests {
  @Test("a claim that a failover has lost gives nobody the fence that it had given")
  func lostClaim() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let before = try await lab.snapshot()
      let old = try await lab.claimOne(worker: "old")
      // The replica that takes over has not heard of the claim.
      try await lab.restore(before)
      #expect(try await lab.queue.renew([old.lease], worker: "old").lost == [old.lease], "it is queued again")
      let new = try await lab.claimOne(worker: "new")
      #expect(new.lease.id == id && new.lease.fence > old.lease.fence)
      #expect(try await lab.queue.renew([old.lease], worker: "old").lost == [old.lease])
      #expect(try await lab.queue.complete(old.lease, with: lab.result("old"), isCacheable: true) == .stale)
      #expect(
        try await lab.queue.complete(new.lease, with: lab.result("new"), isCacheable: true) == .recorded)
      let body = try await lab.queue.read(id, tenant: "default").job?.body
      #expect(body.map { String(buffer: $0).contains("new") } == true)
      #expect(try await lab.queue.usage(after: nil, count: 10).count == 1)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a job of which the failover has lost everything is nobody's")
  func lostJob() async throws {
    try await QueueLab.with { lab in
      let before = try await lab.snapshot()
      try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await lab.restore(before)
      #expect(try await lab.queue.renew([job.lease], worker: "w").lost == [job.lease])
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true) == .stale)
    }
  }

  @Test("another worker with the same fence changes nothing")
  func sameFence() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne(worker: "new")
      let other = Lease(id: id, fence: job.lease.fence, worker: "old")
      let failure = JobFailure(code: .allProvidersFailed, message: "")
      #expect(try await lab.queue.append(lab.delta("old"), number: 1, to: other) == .stale)
      #expect(try await lab.queue.renew([other], worker: "old").lost == [other])
      #expect(try await lab.queue.retry(other, after: .zero, countsAttempt: true) == .stale)
      try await lab.queue.release([other])
      #expect(try await lab.queue.fail(other, with: failure) == .stale)
      #expect(try await lab.queue.complete(other, with: lab.result("old"), isCacheable: true) == .stale)
      #expect(try await lab.state(of: id) == .running)
      #expect(try await lab.queue.renew([job.lease], worker: "new") == .allHeld)
      #expect(try await lab.queue.append(lab.delta("new"), number: 1, to: job.lease) == .recorded)
      #expect(
        try await lab.queue.complete(job.lease, with: lab.result("new"), isCacheable: true) == .recorded)
    }
  }

  @Test("a worker's name that begins another's is not that other")
  func prefixOfName() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission())
      let job = try await lab.claimOne(worker: "worker-12")
      let other = Lease(id: job.lease.id, fence: job.lease.fence, worker: "worker-1")
      #expect(try await lab.queue.complete(other, with: lab.result(), isCacheable: true) == .stale)
    }
  }

  @Test("a fence grows also where the clock stands still or has gone back, and from one of an older version")
  func grows() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let ahead = Int64(8_000_000_000_000_000)
      for (stored, isCounted) in [("1", false), (String(ahead), true)] {
        try await lab.redis("HSET", ":j:\(id)", "f", stored)
        let job = try await lab.claimOne()
        #expect(isCounted ? job.lease.fence == ahead + 1 : job.lease.fence > 1_000_000_000_000_000)
        try await lab.queue.release([job.lease])
      }
    }
  }
}
