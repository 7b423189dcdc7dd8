import TestSupport
import Testing

@testable import Shared

@Suite("Delayed and expiring jobs")
struct DelayTests {
  @Test("a delayed job waits for its time, and idle workers learn when that is")
  func delay() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(delay: .seconds(60)))
      #expect(try await lab.state(of: id) == .scheduled)
      let idle = try await lab.queue.claim(1, worker: "w")
      #expect(idle.jobs.isEmpty)
      #expect(idle.nextDue.map { $0 > .seconds(50) && $0 <= .seconds(60) } == true)
      try await lab.letTimePass("scheduled", id)
      #expect(try await lab.claimOne().lease.id == id)
    }
  }

  @Test("an idle worker is woken for a new delayed job, to learn of its time")
  func wake() async throws {
    try await QueueLab.with { lab in
      try await lab.withSignal { signal in
        try await lab.admit(lab.admission(delay: .seconds(60)))
        try await signal.wait(atMost: Patience.command)
        #expect(try await lab.keys().contains("sluice:{0}:wake") == false, "the marker was taken")
      }
    }
  }

  @Test("the time to live begins after the delay")
  func deadlineAfterDelay() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(expiresIn: .seconds(10), delay: .seconds(60)))
      try await lab.letTimePass("scheduled", id)
      #expect(try await lab.claimOne().timeLeft > .seconds(60))
    }
  }

  @Test("a job that nobody started in time is expired: by any worker's claim or renewal, or when it is read")
  func expiry() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<3 {
        ids.append(try await lab.admit(lab.admission(channel: "c")))
      }
      try await lab.letTimePass("deadlines", ids[0])
      _ = try await lab.queue.renew([], worker: "busy")
      #expect(try await lab.queue.ended(among: ids).ends.map(\.id) == [ids[0]])
      try await lab.letTimePass("deadlines", ids[1])
      #expect(try await lab.claimOne().lease.id == ids[2])
      #expect(try await lab.state(of: ids[1]) == .expired)
      let late = lab.admission(expiresIn: .milliseconds(1))
      try await lab.admit(late)
      try await lab.untilRedisTime(isAfter: .milliseconds(2))
      #expect(try await lab.state(of: late.id) == .expired)
    }
  }

  @Test("a job that was begun fails at its deadline, and is kept for the operator")
  func lateRetry() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      _ = try await lab.queue.retry(job.lease, after: .seconds(60), countsAttempt: true)
      try await lab.letTimePass("deadlines", id)
      _ = try await lab.queue.claim(1, worker: "w")
      #expect(try await lab.state(of: id) == .failed)
      #expect(try await lab.queue.statistics().dead == 1)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a job that runs at its deadline is left to its worker")
  func running() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await lab.letTimePass("deadlines", id)
      _ = try await lab.queue.renew([job.lease], worker: "w")
      #expect(
        try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
    }
  }
}
