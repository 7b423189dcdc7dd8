import NIOCore
import Testing

@testable import Shared

/// More jobs than one step counts.
@Suite("What many jobs hold is recounted")
struct RecountTests {
  private static let jobs = 1200
  private static let holding = ["q:t:a:q": 1200, "n:t:a:n": 700, "$:t:a:bd": 2100, "w:t:a:n": 500]

  private func demand(_ lab: QueueLab) -> Demand {
    let queued = QueuedDemand(subject: "t:a:q", scope: .tenant, unit: .jobs, most: 10_000, amount: 1)
    return lab.demand(
      queued: [queued], running: [lab.running(700)], budgets: [lab.budget(3, of: 1_000_000)])
  }

  private func with(_ body: (QueueLab) async throws -> Void) async throws {
    try await QueueLab.with { lab in
      let admissions = (0..<Self.jobs).map { number in
        lab.admission(tenant: "t\(number % 3)", demand: demand(lab))
      }
      for outcome in try await lab.queue.admit(admissions) {
        guard case .admitted = outcome else { throw QueueLab.NotAdmitted() }
      }
      #expect(try await lab.sums() == Self.holding)
      try await body(lab)
    }
  }

  private func harm(_ lab: QueueLab) async throws {
    try await lab.store([("q:t:a:q", 1200), ("n:t:a:n", 702), ("$:t:a:bd", 2095)])
    try await lab.store([("q:t:gone:q", 7)])
  }

  private static let repaired: Set = [
    Repair(kind: "counter-held", subject: "n:t:a:n"), Repair(kind: "counter-held", subject: "$:t:a:bd"),
    Repair(kind: "counter-held", subject: "q:t:gone:q"), Repair(kind: "counter-held", subject: "w:t:a:n"),
  ]

  @Test("sums that are wrong are set right, those that are right stay as they are")
  func rest() async throws {
    try await with { lab in
      try await harm(lab)
      #expect(Set(try await lab.queue.mend().repairs) == Self.repaired)
      #expect(try await lab.sums() == Self.holding)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("jobs that come, pass their gates, are put aside and end while they are counted falsify nothing")
  func moving() async throws {
    try await with { lab in
      try await harm(lab)
      var (repairs, steps) = (Set<String>(), 0)
      var random = SystemRandomNumberGenerator()
      var running: [ClaimedJob] = []
      while steps < 100 {
        let found = try await lab.queue.perform(lab.queue.step("mend_held")).array?.compactMap(\.string) ?? []
        steps += 1
        for place in stride(from: 2, to: found.count, by: 2) { repairs.insert(found[place]) }
        if found.first == "0" { break }
        for _ in 0..<20 {
          try await lab.admit(lab.admission(tenant: "t\(Int.random(in: 0..<5))", demand: demand(lab)))
        }
        running += try await lab.queue.claim(20, worker: "w").jobs
        for job in running.prefix(12) {
          switch Int.random(in: 0..<4, using: &random) {
          case 0: try await lab.complete(job, cost: 1)
          case 1: _ = try await lab.queue.retry(job.lease, after: .seconds(60), countsAttempt: true)
          case 2:
            let bought = Purchase(
              provider: "p", model: "m", promptTokens: 1, completionTokens: 1, cost: NanoDollars(rawValue: 2))
            _ = try await lab.queue.retry(
              job.lease, after: .seconds(60), countsAttempt: true, bought: bought)
          default:
            for tenant in 0..<5 { _ = try await lab.queue.cancel(job.lease.id, tenant: "t\(tenant)") }
          }
        }
        running.removeFirst(min(12, running.count))
      }
      #expect(repairs == Set(Self.repaired.map(\.subject)), "in \(steps) steps")
      #expect(try await lab.sums() == lab.truth())
    }
  }
}

extension QueueLab {
  /// What the jobs hold, by their hashes.
  fileprivate func truth() async throws -> [String: Int] {
    var sums: [String: Int] = [:]
    for key in try await keys(beginning: ["j:job_"]) {
      let fields = try await redis.send(RedisCommand("HMGET", key, "h", "fo", "gt", "ft", "ow")).array ?? []
      let has = fields.map { $0 != .null }
      guard has.count == 5, has[0], !has[1], !has[3] || has[4] else { continue }
      sums["q:t:a:q", default: 0] += 1
      switch fields[2].string {
      case nil:
        sums["n:t:a:n", default: 0] += 1
        sums["$:t:a:bd", default: 0] += 3
      case "-"?: break
      case let gate?: sums["w:\(gate)", default: 0] += 1
      }
    }
    return sums
  }
}
