import NIOCore
import Testing

@testable import Shared

@Suite("Notices of limits and budgets")
struct NoticeTests {
  private func told(_ lab: QueueLab) async throws -> [String] {
    try await lab.queue.notices(after: nil, count: 99).map { "\($0.kind) \($0.percent) \($0.subject)" }
  }

  @Test("50, 80 and 100 percent of a soft budget are told once each")
  func soft() async throws {
    try await QueueLab.with { lab in
      for cost: Int64 in [40, 15, 10, 30, 30] {
        try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(90, .soft)])))
        try await lab.complete(try await lab.claimOne(), cost: cost)
      }
      #expect(try await told(lab) == ["spent 50 t:a:bd", "spent 80 t:a:bd", "spent 100 t:a:bd"])
      #expect(try await lab.queue.notices(after: nil, count: 1).first?.tenant == "default")
      #expect(try await lab.spent() == 125)
    }
  }

  @Test("the first refusal by a hard budget is told once, instead of the rest")
  func hard() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(90)])))
      try await lab.complete(try await lab.claimOne(), cost: 60)
      for _ in 0..<2 {
        guard
          case .overBudget = try await lab.queue.admit(
            lab.admission(demand: lab.demand(budgets: [lab.budget(50)])))
        else {
          Issue.record("it is over the budget")
          return
        }
      }
      #expect(try await told(lab) == ["spent 50 t:a:bd", "refused 60 t:a:bd"])
    }
  }

  @Test("a limit that has refused for more than a minute is told once")
  func limited() async throws {
    try await QueueLab.with { lab in
      let rate = RateDemand(subject: "k:1:rd", scope: .key, unit: .requests, most: 1, window: .day)
      try await lab.admit(lab.admission(limits: [rate]))
      func ask() async throws {
        guard case .limited = try await lab.queue.admit(lab.admission(limits: [rate])) else {
          throw QueueLab.NotAdmitted()
        }
      }
      try await ask()
      #expect(try await told(lab) == [])
      let now = Timestamp.now
      try await lab.redis("SET", ":refused:k:1:rd", "\(now - 61_000) \(now - 10_000)")
      for _ in 0..<2 { try await ask() }
      #expect(try await told(lab) == ["limited 100 k:1:rd"])
    }
  }
}
