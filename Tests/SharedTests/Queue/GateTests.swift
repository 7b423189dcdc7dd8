import NIOCore
import Testing

@testable import Shared

@Suite("Jobs for which others leave no room wait at a gate")
struct GateTests {
  @Test(
    "so many run at once; the others go on in the order in which they came",
    arguments: ["complete", "cancel"])
  func running(end: String) async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(running: [lab.running(2)])
      var ids: [JobID] = []
      for _ in 0..<6 { ids.append(try await lab.admit(lab.admission(demand: demand))) }
      for pair in [ids[0..<2], ids[2..<4], ids[4..<6]] {
        let jobs = try await lab.queue.claim(9, worker: "w").jobs
        #expect(jobs.map(\.lease.id) == Array(pair))
        for job in jobs {
          if end == "complete" {
            try await lab.complete(job)
          } else {
            #expect(try await lab.queue.cancel(job.lease.id, tenant: "default") == .cancelled)
            #expect(try await lab.queue.settle(job.lease, bought: nil))
          }
        }
      }
      #expect(try await lab.sums() == [:])
      #expect(try await lab.leftAfterMending() == [])
      #expect(try await lab.keys(beginning: ["gate:"]) == [])
    }
  }

  @Test("a second place in a lane, as a job has that was requeued, leads through no closed gate")
  func secondPlace() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(running: [lab.running(1)])
      let first = try await lab.admit(lab.admission(demand: demand))
      let second = try await lab.admit(lab.admission(demand: demand))
      let other = try await lab.admit(lab.admission())
      #expect(try await lab.redis("RPUSH", ":q:standard:default", "\(second)").integer == 3)
      let jobs = try await lab.queue.claim(9, worker: "w").jobs
      #expect(jobs.map(\.lease.id) == [first, other])
      for job in jobs { try await lab.complete(job) }
      let next = try await lab.claimOne()
      #expect(next.lease.id == second)
    }
  }

  @Test("who waits at another gate is in nobody's way")
  func twoGates() async throws {
    try await QueueLab.with { lab in
      let tenant = lab.running(2)
      let key = lab.running(1, subject: "k:1:n")
      let both = lab.demand(running: [tenant, key])
      let first = try await lab.admit(lab.admission(demand: both))
      let held = try await lab.admit(lab.admission(demand: both))
      let other = try await lab.admit(lab.admission(demand: lab.demand(running: [tenant])))
      let jobs = try await lab.queue.claim(9, worker: "w").jobs
      #expect(jobs.map(\.lease.id) == [first, other])
      try await lab.complete(jobs[0])
      #expect(try await lab.claimOne().lease.id == held)
    }
  }

  @Test("what others have reserved is waited for, what they have spent refuses for good")
  func budget() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(budgets: [lab.budget(60)])
      let first = try await lab.admit(lab.admission(demand: demand))
      let second = try await lab.admit(lab.admission(demand: demand))
      let third = try await lab.admit(lab.admission(demand: demand))
      let jobs = try await lab.queue.claim(9, worker: "w").jobs
      #expect(jobs.map(\.lease.id) == [first])
      try await lab.complete(jobs[0], cost: 40)
      let next = try await lab.claimOne()
      #expect(next.lease.id == second)
      try await lab.complete(next, cost: 5)
      #expect(try await lab.spent() == 45)
      // 45 spent and 60 at most are over 100.
      #expect(try await lab.state(of: third) == .failed)
      let end = try #require(try await lab.queue.end(of: third))
      let error = try JSONParser.parse(end.body)
      #expect(error["code"] == "budget_exceeded" && error["cascade_path"] == [])
      #expect(error["limit"] == "0.0000001/day" && error["scope"] == "tenant")
      #expect(
        error["message"]?.string?.hasPrefix(
          "Tenant a may spend 0.0000001 USD a day, and what is left does not pay for this request, "
            + "which may cost up to 0.00000006 USD") == true)
      #expect(try await lab.queue.statistics().dead == 0)
      guard case .overBudget(lab.budget(60)) = try await lab.queue.admit(lab.admission(demand: demand)) else {
        Issue.record("it can never fit")
        return
      }
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(55)])))
      #expect(try await lab.sums() == ["$:t:a:bd": 55])
    }
  }

  @Test("a small request does not pass a large one that waits for the same budget")
  func order() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let large = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(90)])))
      let small = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(10)])))
      let job = try await lab.claimOne()
      #expect(try await lab.queue.claim(9, worker: "w").jobs.isEmpty)
      try await lab.complete(job)
      #expect(try await lab.queue.claim(9, worker: "w").jobs.map(\.lease.id) == [large, small])
    }
  }

  @Test(
    "a job that may wait for the next period is put off to its end; a delayed one comes to its gates when it is due"
  )
  func putOff() async throws {
    try await QueueLab.with { lab in
      let now = Timestamp.now
      // 100: everything has been told.
      try await lab.redis("HSET", ":held", "s:t:a:bd", "\(now - 1000) 95 100 \(now + 60_000)")
      let period = now - 1000..<now + 60_000
      let admission = lab.admission(
        demand: lab.demand(running: [lab.running(1)], budgets: [lab.budget(10, period: period, waits: true)]))
      try await lab.admit(admission)
      #expect(try await lab.state(of: admission.id) == .scheduled)
      #expect(try await lab.redis("ZSCORE", ":scheduled", admission.id.rawValue).string == "\(now + 60_000)")
      #expect(try await lab.sums() == [:])
      // As if the next period had begun.
      try await lab.redis("HSET", ":held", "s:t:a:bd", "\(now + 60_000) 0 0 \(now + 120_000)")
      try await lab.letTimePass("scheduled", admission.id)
      let job = try await lab.claimOne()
      #expect(try await lab.sums() == ["n:t:a:n": 1, "$:t:a:bd": 10])
      try await lab.complete(job, cost: 7)
      #expect(try await lab.sums() == [:])
      #expect(try await lab.spent() == 7)
    }
  }

  @Test("a retry keeps what it holds, a dead letter takes anew what it gave back")
  func lives() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(running: [lab.running(1)], budgets: [lab.budget(60)])
      let id = try await lab.admit(lab.admission(demand: demand))
      let held = try await lab.sums()
      let job = try await lab.claimOne()
      _ = try await lab.queue.retry(job.lease, after: .seconds(60), countsAttempt: true)
      #expect(try await lab.sums() == held)
      try await lab.letTimePass("scheduled", id)
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: ""))
      #expect(try await lab.sums() == [:])
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await lab.sums() == held)
      try await lab.complete(try await lab.claimOne(), cost: 10)
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("a job whose worker was lost holds on, until it is quarantined")
  func crashes() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(running: [lab.running(1)])
      let id = try await lab.admit(lab.admission(demand: demand))
      let next = try await lab.admit(lab.admission(demand: demand))
      for number in 0..<3 {
        let job = try await lab.claimOne(worker: "w\(number)")
        #expect(job.lease.id == id)
        try await lab.loseWorker("w\(number)", holding: id)
      }
      #expect(try await lab.claimOne().lease.id == next)
      #expect(try await lab.state(of: id) == .failed)
      #expect(try await lab.sums() == ["n:t:a:n": 1])
    }
  }
}
