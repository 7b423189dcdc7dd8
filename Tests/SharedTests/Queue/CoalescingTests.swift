import NIOCore
import Testing

@testable import Shared

@Suite("Equal requests share one call")
struct CoalescingTests {
  private func admit(_ lab: QueueLab, _ admission: Admission) async throws -> Bool {
    guard case .admitted(_, let sharesCall, _) = try await lab.queue.admit(admission) else {
      throw QueueLab.NotAdmitted()
    }
    return sharesCall
  }

  private func equal(
    _ lab: QueueLab, lane: Lane = .standard, tenant: String = "default", expiresIn: Duration = .seconds(600)
  ) -> Admission {
    lab.admission(tenant: tenant, lane: lane, cache: .use(key: "\(tenant) k"), expiresIn: expiresIn)
  }

  @Test("followers get the leader's answer, each as a job of its own with a usage record of its own")
  func sharing() async throws {
    try await QueueLab.with { lab in
      let jobs = (0..<5).map { _ in equal(lab) }
      var shared: [Bool] = []
      for job in jobs { shared.append(try await admit(lab, job)) }
      #expect(shared == [false, true, true, true, true])
      let claim = try await lab.queue.claim(10, worker: "w")
      #expect(claim.jobs.map(\.lease.id) == [jobs[0].id])
      _ = try await lab.queue.complete(claim.jobs[0].lease, with: lab.result("shared"), isCacheable: true)
      for job in jobs {
        let record = try #require(try await lab.queue.read(job.id, tenant: "default").job)
        #expect(record.state == .succeeded && record.isCoalesced == (job.id != jobs[0].id))
        #expect(record.body.map { String(buffer: $0).contains("shared") } == true)
      }
      let usage = try await lab.queue.usage(after: nil, count: 100)
      #expect(Set(usage.map(\.job)) == Set(jobs.map(\.id)) && usage.count == 5)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("tenants never share, nor do requests that shall ask anew")
  func boundaries() async throws {
    try await QueueLab.with { lab in
      let requests = [
        equal(lab, tenant: "a"), equal(lab, tenant: "b"),
        lab.admission(tenant: "a", cache: .refresh(key: "a k")),
        lab.admission(tenant: "a", cache: .off),
      ]
      for request in requests {
        let sharesCall = try await admit(lab, request)
        #expect(!sharesCall)
      }
    }
  }

  @Test("a leader that fails or is cancelled does not fail the others: the first of them makes its own call")
  func inheritance() async throws {
    try await QueueLab.with { lab in
      let jobs = (0..<4).map { _ in equal(lab) }
      for job in jobs { _ = try await admit(lab, job) }
      let first = try await lab.claimOne()
      _ = try await lab.queue.fail(first.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      let second = try await lab.claimOne()
      #expect(second.lease.id == jobs[1].id)
      #expect(try await lab.queue.cancel(jobs[1].id, tenant: "default") == .cancelled)
      #expect(try await lab.queue.settle(second.lease, bought: nil))
      let third = try await lab.claimOne()
      #expect(third.lease.id == jobs[2].id)
      #expect(try await admit(lab, equal(lab)) == true, "a new equal request follows the heir")
      _ = try await lab.queue.complete(third.lease, with: lab.result(), isCacheable: false)
      var states: [JobState?] = []
      for job in jobs { states.append(try await lab.state(of: job.id)) }
      #expect(states == [.failed, .cancelled, .succeeded, .succeeded])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a follower can be cancelled and can expire, without its leader")
  func ownLife() async throws {
    try await QueueLab.with { lab in
      let leader = equal(lab)
      _ = try await admit(lab, leader)
      let (cancelled, expiring) = (equal(lab), equal(lab))
      _ = try await admit(lab, cancelled)
      _ = try await admit(lab, expiring)
      #expect(try await lab.queue.cancel(cancelled.id, tenant: "default") == .cancelled)
      try await lab.letTimePass("deadlines", expiring.id)
      let job = try await lab.claimOne()
      #expect(job.lease.id == leader.id)
      #expect(try await lab.state(of: expiring.id) == .expired)
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.state(of: cancelled.id) == .cancelled)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("an urgent request does not wait behind an equal one in a slower lane, unless that runs already")
  func lanes() async throws {
    try await QueueLab.with { lab in
      var shared: [Bool] = []
      for lane in [Lane.batch, .interactive, .batch] {
        shared.append(try await admit(lab, equal(lab, lane: lane)))
      }
      #expect(shared == [false, false, true])
      _ = try await lab.queue.claim(2, worker: "w")
      let sharesRunning = try await admit(lab, equal(lab, lane: .interactive))
      #expect(sharesRunning)
    }
  }

  @Test("nobody follows a job that waits for its next attempt")
  func retrying() async throws {
    try await QueueLab.with { lab in
      _ = try await admit(lab, equal(lab))
      let job = try await lab.claimOne()
      _ = try await lab.queue.retry(job.lease, after: .seconds(60), countsAttempt: true)
      #expect(try await admit(lab, equal(lab)) == false)
    }
  }

  @Test("a request that kills its workers takes its equals with it, instead of killing more")
  func quarantine() async throws {
    try await QueueLab.with { lab in
      let (leader, follower) = (equal(lab), equal(lab))
      _ = try await admit(lab, leader)
      _ = try await admit(lab, follower)
      for number in 0..<3 {
        _ = try await lab.claimOne(worker: "lost \(number)")
        try await lab.loseWorker("lost \(number)", holding: leader.id)
      }
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      #expect(try await lab.state(of: follower.id) == .failed)
    }
  }

  @Test("1,000 equal prompts of two tenants at once make two calls")
  func crowd() async throws {
    try await QueueLab.with { lab in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<1000 {
          group.addTask { _ = try await admit(lab, equal(lab, tenant: number % 2 == 0 ? "a" : "b")) }
        }
        try await group.waitForAll()
      }
      let claim = try await lab.queue.claim(100, worker: "w")
      #expect(claim.jobs.count == 2 && !claim.hasMore)
      for job in claim.jobs {
        _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
      }
      #expect(try await lab.queue.statistics().counts["ended:succeeded"] == 1000)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }
}
