import NIOCore
import Testing

@testable import Shared

@Suite("Jobs that a budget puts off to its next period")
struct PutOffTests {
  private let end = QueueLab.period.upperBound

  private func waiting(_ lab: QueueLab, _ amount: Int64, cache: CacheUse = .off) -> Admission {
    lab.admission(
      lane: .batch, cache: cache, demand: lab.demand(budgets: [lab.budget(amount, waits: true)]))
  }

  private func isPutOff(_ lab: QueueLab, _ id: JobID) async throws -> Bool {
    let due = try await lab.redis("ZSCORE", ":scheduled", id.rawValue).string
    let gate = try await lab.redis("HGET", ":j:\(id)", "gt").string
    return try await lab.state(of: id) == .scheduled && due == "\(end)" && gate == "-"
  }

  @Test("one that waits at a gate when the budget is spent is put off, and those behind it go on")
  func atGate() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let late = try await lab.admit(waiting(lab, 60))
      let small = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(10)])))
      let job = try await lab.claimOne()
      #expect(job.lease.id == first)
      try await lab.complete(job, cost: 60)
      #expect(try await isPutOff(lab, late))
      let next = try await lab.queue.claim(9, worker: "w").jobs.filter { $0.lease.id.kind == .request }
      #expect(next.map(\.lease.id) == [small])
      #expect(try await lab.sums() == ["$:t:a:bd": 10])
      #expect(try await lab.queue.statistics().counts["put_off"] == 1)
    }
  }

  @Test("whoever is put off as he comes is told so")
  func told() async throws {
    try await QueueLab.with { lab in
      let spent = "\(QueueLab.period.lowerBound) 95 100 \(end)"
      try await lab.redis("HSET", ":held", "s:t:a:bd", spent)
      let admission = waiting(lab, 60)
      guard case .putOff(let created, _) = try await lab.queue.admit(admission) else {
        Issue.record("the budget does not pay for it")
        return
      }
      #expect(try await isPutOff(lab, admission.id))
      #expect(JobResource(admitted: admission, created: created, isPutOff: true).state == .scheduled)
      guard case .admitted = try await lab.queue.admit(waiting(lab, 5)) else {
        Issue.record("the budget pays for it")
        return
      }
    }
  }

  @Test("it has as long to begin in the next period as it had in this one")
  func deadline() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let late = try await lab.admit(waiting(lab, 60))
      try await lab.complete(try await lab.claimOne(), cost: 60)
      let deadline = try #require(
        try await lab.redis("ZSCORE", ":deadlines", late.rawValue).string.flatMap(Int64.init))
      #expect((end + 500_000...end + 600_000).contains(deadline))
      #expect(try await lab.redis("HGET", ":j:\(late)", "d").string == "\(deadline)")
      #expect(try await lab.queue.mend().repairs == [])
    }
  }

  @Test("what may not wait refuses all the same, wherever it stands")
  func other() async throws {
    try await QueueLab.with { lab in
      let spent = "\(QueueLab.period.lowerBound) 95 100 \(end)"
      try await lab.redis("HSET", ":held", "s:t:a:bd", spent, "s:k:1:bl", spent)
      let key = lab.budget(10, subject: "k:1:bl")
      let demand = lab.demand(budgets: [lab.budget(10, waits: true), key])
      guard case .overBudget(key) = try await lab.queue.admit(lab.admission(demand: demand)) else {
        Issue.record("no period of its own begins")
        return
      }
    }
  }

  @Test("of several budgets the one that is renewed last is waited for")
  func last() async throws {
    try await QueueLab.with { lab in
      let week = QueueLab.period.lowerBound..<end + 86_400_000
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "\(week.lowerBound) 95 100 \(end)", "s:t:a:bw",
        "\(week.lowerBound) 95 100 \(week.upperBound)")
      let admission = lab.admission(
        demand: lab.demand(budgets: [
          lab.budget(10, waits: true), lab.budget(10, subject: "t:a:bw", period: week, waits: true),
        ]))
      try await lab.admit(admission)
      #expect(
        try await lab.redis("ZSCORE", ":scheduled", admission.id.rawValue).string == "\(week.upperBound)")
    }
  }

  @Test("those who follow the call of one that is put off make their own")
  func followers() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let leader = try await lab.admit(waiting(lab, 60, cache: .use(key: "k")))
      let follower = try await lab.admit(
        lab.admission(lane: .batch, cache: .use(key: "k"), demand: lab.demand(budgets: [lab.budget(30)])))
      try await lab.complete(try await lab.claimOne(), cost: 60)
      #expect(try await isPutOff(lab, leader))
      let next = try await lab.queue.claim(9, worker: "w").jobs.filter { $0.lease.id.kind == .request }
      #expect(next.map(\.lease.id) == [follower])
      try await lab.complete(next[0], cost: 1)
      #expect(try await lab.sums() == [:])
      #expect(try await lab.keys(beginning: ["heirs", "f:", "leader:"]) == [])
    }
  }

  @Test("one that the next period does not pay for either waits for the one after it")
  func again() async throws {
    try await QueueLab.with { lab in
      // Time enough to be admitted in.
      let period = Timestamp.now - 1000..<Timestamp.now + 4000
      let next = period.upperBound + 86_400_000
      try await lab.redis("HSET", ":held", "s:t:a:bd", "\(period.lowerBound) 95 100 \(period.upperBound)")
      let id = try await lab.admit(
        lab.admission(demand: lab.demand(budgets: [lab.budget(60, period: period, waits: true)])))
      try await lab.untilRedisTime(isAfter: .milliseconds(4000))
      // Others have spent the next period's at once.
      try await lab.redis("HSET", ":held", "s:t:a:bd", "\(period.upperBound) 50 100 \(next)")
      #expect(try await lab.queue.claim(9, worker: "w").jobs.isEmpty)
      #expect(try await lab.state(of: id) == .scheduled)
      #expect(try await lab.redis("ZSCORE", ":scheduled", id.rawValue).string == "\(next)")
      #expect(try await lab.sums() == [:])
      // And that is over, while nobody else has asked.
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "\(period.upperBound) 50 100 \(period.upperBound + 1)")
      try await lab.letTimePass("scheduled", id)
      #expect(try await lab.claimOne().lease.id == id)
      #expect(try await lab.sums() == ["$:t:a:bd": 60])
    }
  }
}
