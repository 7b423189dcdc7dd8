import Testing

@testable import Shared

/// `ordinary.lua` tells in one go what limits.lua, held.lua and gates.lua tell by the rules one by one. A limit in a key of its
/// own makes a request none of the ordinary case.
@Suite("The ordinary case")
struct OrdinaryCaseTests {
  private static let apart = RateDemand(
    subject: "key:apart", scope: .key, unit: .requests, most: 1_000_000, window: .second)

  private func demand(_ lab: QueueLab, of owner: String, tokens: Int, cost: Int64) -> Demand {
    lab.demand(
      rates: [
        RateDemand(subject: "\(owner):rd", scope: .tenant, unit: .requests, most: 70, window: .day),
        RateDemand(subject: "\(owner):rh@gpt", scope: .tenant, unit: .requests, most: 60, window: .hour),
        RateDemand(
          subject: "\(owner):td", scope: .tenant, unit: .tokens, most: 300, window: .day, amount: tokens),
      ],
      queued: [QueuedDemand(subject: "\(owner):q", scope: .tenant, unit: .jobs, most: 14, amount: 1)],
      running: [lab.running(9, subject: "\(owner):n")],
      budgets: [lab.budget(cost, of: 150, subject: "\(owner):bd")])
  }

  private func text(_ outcome: AdmissionOutcome) -> String {
    switch outcome {
    case .admitted(_, _, let states): "admitted \(states)"
    case .limited(let limit, let wait, let states): "limited \(limit.limit) \(wait) \(states)"
    case .full(.limit(let bound)): "full \(bound.unit)"
    case .overBudget(let budget): "over \(budget.amount)"
    default: "\(outcome)"
    }
  }

  private func counts(_ lab: QueueLab, of owner: String) async throws -> [String: Int] {
    let own = try await lab.sums().filter { $0.key.dropFirst(2).hasPrefix(owner) }
    return Dictionary(uniqueKeysWithValues: own.map { ($0.key.replacing(owner, with: ""), $0.value) })
  }

  @Test("what all have room for is told, and taken, as the rules tell it one by one")
  func bothWays() async throws {
    try await QueueLab.with { lab in
      for owner in ["t:a", "t:b"] {
        // All was told of it.
        try await lab.redis(
          "HSET", ":held", "s:\(owner):bd",
          "\(QueueLab.period.lowerBound) 30 150 \(QueueLab.period.upperBound)")
      }
      var seen = Set<String>()
      var (ruledJobs, running): (Set<JobID>, [ClaimedJob]) = ([], [])
      for _ in 0..<120 {
        let (tokens, cost) = (Int.random(in: 1...9), Int64.random(in: 1...20))
        var ruled = demand(lab, of: "t:b", tokens: tokens, cost: cost)
        ruled.rates.append(Self.apart)
        // In one step, and so at one time.
        let other = lab.admission(demand: ruled)
        ruledJobs.insert(other.id)
        let outcomes = try await lab.queue.admit([
          lab.admission(demand: demand(lab, of: "t:a", tokens: tokens, cost: cost)), other,
        ]).map(text)
        #expect(outcomes[0] == outcomes[1])
        seen.formUnion(outcomes.compactMap { $0.split(separator: " ").first.map(String.init) })
        let gated = try await counts(lab, of: "t:a")
        #expect(try await counts(lab, of: "t:b") == gated)
        if gated.keys.contains(where: { $0.hasPrefix("w:") }) { seen.insert("gated") }
        // As many of the one as of the other end: what one end lets through a gate may be several jobs.
        running += try await lab.queue.claim(100, worker: "w").jobs
        let ending = [0, 0, 0, 2].randomElement() ?? 0
        for isRuled in [false, true] {
          for job in running.filter({ ruledJobs.contains($0.lease.id) == isRuled }).prefix(ending) {
            try await lab.complete(job, cost: 1, tokens: tokens)
            running.removeAll { $0.lease.id == job.lease.id }
          }
        }
      }
      #expect(seen.isSuperset(of: ["admitted", "gated"]) && seen.count > 2, "\(seen)")
    }
  }
}
