import NIOCore
import Testing

@testable import Shared

@Suite("Cancelling jobs")
struct CancelTests {
  @Test("a job can be cancelled while it is queued, scheduled or running, and nothing of it is left over")
  func states() async throws {
    try await QueueLab.with { lab in
      let queued = try await lab.admit(lab.admission(weight: 5))
      #expect(try await lab.queue.cancel(queued, tenant: "default") == .cancelled)
      let scheduled = try await lab.admit(lab.admission(delay: .seconds(60)))
      #expect(try await lab.queue.cancel(scheduled, tenant: "default") == .cancelled)
      let running = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      #expect(job.lease.id == running)
      #expect(try await lab.queue.cancel(running, tenant: "default") == .cancelled)
      #expect(try await lab.queue.renew([job.lease], worker: "w").over == [job.lease], "its worker is told")
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true) == .stale)
      for id in [queued, scheduled, running] { #expect(try await lab.state(of: id) == .cancelled) }
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.keys(beginning: ["cache:", "p:"]).isEmpty)
    }
  }

  @Test("what has ended stays as it ended; another tenant's job is not there")
  func refusals() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.queue.cancel(id, tenant: "other") == .absent)
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.queue.cancel(id, tenant: "default") == .hasEnded(.succeeded))
      #expect(try await lab.state(of: id) == .succeeded)
      let cancelled = try await lab.admit(lab.admission())
      _ = try await lab.queue.cancel(cancelled, tenant: "default")
      #expect(try await lab.queue.cancel(cancelled, tenant: "default") == .hasEnded(.cancelled))
      #expect(try await lab.queue.cancel(JobID(unixMilliseconds: 0), tenant: "default") == .absent)
    }
  }

  @Test("of a cancellation and an outcome that race, one wins and the other is told so")
  func race() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<50 {
        let id = try await lab.admit(lab.admission())
        let job = try await lab.claimOne()
        async let settlement = lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
        async let cancellation = lab.queue.cancel(id, tenant: "default")
        let (settled, cancelled) = try await (settlement, cancellation)
        switch try await lab.state(of: id) {
        case .succeeded: #expect(settled == .recorded && cancelled == .hasEnded(.succeeded))
        case .cancelled: #expect(settled == .stale && cancelled == .cancelled)
        case let state: Issue.record("\(String(describing: state))")
        }
      }
      #expect(try await lab.queue.usage(after: nil, count: 100).count == 50)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a million-job batch that was cancelled is passed over in short steps and costs its tenant no turn")
  func passedOver() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<1200 {
        let id = try await lab.admit(lab.admission(tenant: "a"))
        _ = try await lab.queue.cancel(id, tenant: "a")
      }
      let last = try await lab.admit(lab.admission(tenant: "a"))
      var claims = 0
      var found: ClaimedJob?
      while found == nil, claims < 10 {
        let claim = try await lab.queue.claim(1, worker: "w")
        claims += 1
        found = claim.jobs.first
        if found == nil { #expect(claim.hasMore) }
      }
      #expect(found?.lease.id == last)
      #expect(claims == 3, "one claim looks at 500 ids")
    }
  }
}
