import NIOCore
import Testing

@testable import Shared

@Suite("Notices of limits and budgets")
struct NoticeTests {
  private func told(_ lab: QueueLab) async throws -> [String] {
    try await lab.queue.notices(after: nil, count: 99).map {
      "\($0.notice.kind) \($0.notice.percent) \($0.notice.subject)"
    }
  }

  @Test("50, 80 and 100 percent of a soft budget are told once each")
  func soft() async throws {
    try await QueueLab.with { lab in
      for cost: Int64 in [40, 15, 10, 30, 30] { try await lab.spend(cost, lab.budget(90, .soft)) }
      #expect(try await told(lab) == ["spent 50 t:a:bd", "spent 80 t:a:bd", "spent 100 t:a:bd"])
      let first = try #require(try await lab.queue.notices(after: nil, count: 1).first)
      #expect(first.notice.budget?.kind == .soft && Notice(json: first.notice.json) == first.notice)
      #expect(first.notice.tenant == "default" && first.notice.spent == 55 && first.notice.most == 100)
      #expect(
        first.notice.finish == QueueLab.period.upperBound && first.notice.period == QueueLab.period.lowerBound
      )
      #expect(try await lab.queue.notices(after: first.place, count: 9).count == 2)
      #expect(try await lab.spent() == 125)
      #expect(try await lab.queue.statistics().counts["notice:spent"] == 3)
    }
  }

  @Test(
    "a notice whose step did not know when the period ends is told with its end in the tenant's time zone")
  func dated() async throws {
    try await QueueLab.with { lab in
      var tenant = Tenant(id: try #require(TenantID(rawValue: "a")))
      tenant.timeZone = "Asia/Kolkata"
      _ = try await AccessStore(lab.queue).change(.tenant("a", .create, json: tenant.json.serialized())) {
        AuditEntry(json: ByteBuffer(string: "{}"), digest: $0 + "x")
      }
      // 2025-01-31T08:35:02Z
      let fields = [
        "id": "whk_01M8GJTXST0BCDD48A57043528C648B32C25", "at": "1738312502481", "subject": "t:a:bd",
        "kind": "spent", "percent": "50", "period": "1738312502481", "most": "100", "spent": "60",
      ]
      for (change, finish) in [
        (["tenant": "a"], 1_738_348_200_000), (["tenant": "a", "finish": "7"], 7),
        (["tenant": "a", "subject": "t:a:bl"], nil), (["tenant": "gone"], nil),
      ] as [([String: String], Int64?)] {
        let notice = try #require(Notice(fields.merging(change) { $1 }))
        #expect(try await lab.queue.dated(notice).finish == finish)
      }
    }
  }

  @Test("the first refusal by a hard budget is told once, instead of the rest")
  func hard() async throws {
    try await QueueLab.with { lab in
      try await lab.spend(60, lab.budget(90))
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

  @Test(
    "a budget that was raised is told of anew, and those who were admitted before do not make it told once more"
  )
  func raised() async throws {
    try await QueueLab.with { lab in
      let small = lab.budget(100, of: 100_000, .soft)
      let large = lab.budget(100, of: 200_000, .soft)
      try await lab.spend(95_000, small)
      try await lab.spend(1_000, large)
      try await lab.spend(5_000, large)
      try await lab.spend(1_000, small)
      try await lab.spend(60_000, large)
      #expect(try await told(lab) == ["spent 80 t:a:bd", "spent 50 t:a:bd", "spent 80 t:a:bd"])
    }
  }

  @Test("the user whose budget it is is named, the one who has spent of his tenant's is not")
  func users() async throws {
    try await QueueLab.with { lab in
      for subject in ["t:a:sd", "u:a:0123456789abcdef:sd"] {
        var demand = lab.demand(budgets: [lab.budget(60, .soft, subject: subject)])
        demand.user = "anna"
        try await lab.admit(lab.admission(demand: demand))
        try await lab.complete(try await lab.claimOne(), cost: 60)
        _ = try await lab.takeNotices()
      }
      let notices = try await lab.queue.notices(after: nil, count: 9).map(\.notice)
      #expect(notices.map(\.user) == [nil, "anna"])
      #expect(notices.map(\.scope) == [.tenant, .user])
      #expect(
        notices[1].sentence
          == "a user of tenant default may spend 0.0000001 USD a day, and has spent 50 % of it")
    }
  }

  // MARK: - Limits

  private let rate = RateDemand(subject: "k:1:rd", scope: .key, unit: .requests, most: 1, window: .day)

  private func ask(_ lab: QueueLab, _ rate: RateDemand) async throws {
    guard case .limited = try await lab.queue.admit(lab.admission(limits: [rate])) else {
      throw QueueLab.NotAdmitted()
    }
  }

  @Test("a limit that has refused for more than five minutes is told once an hour")
  func limited() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(limits: [rate]))
      try await ask(lab, rate)
      #expect(try await told(lab) == [])
      let now = Timestamp.now
      try await lab.redis("SET", ":refused:k:1:rd", "\(now - 301_000) \(now - 10_000) \(now - 9_000)")
      for _ in 0..<2 { try await ask(lab, rate) }
      #expect(try await told(lab) == ["limited 100 k:1:rd"])
      let notice = try #require(try await lab.queue.notices(after: nil, count: 1).first?.notice)
      #expect(
        notice.limit == Limit(1, .requests(.day)) && notice.key == "1" && notice.period == now - 301_000)
      let left = try await lab.redis("PTTL", ":refused:k:1:rd").integer ?? 0
      #expect((3_500_000...3_600_000).contains(left))
    }
  }

  @Test(
    "a minute without a refusal begins anew, but not the time that a refusal told to wait",
    arguments: [true, false])
  func pause(isToldToWait: Bool) async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(limits: [rate]))
      let now = Timestamp.now
      let good = isToldToWait ? now - 20_000 : now - 99_000
      try await lab.redis("SET", ":refused:k:1:rd", "\(now - 900_000) \(now - 100_000) \(good)")
      try await ask(lab, rate)
      #expect(try await told(lab) == (isToldToWait ? ["limited 100 k:1:rd"] : []))
    }
  }

  @Test(
    "RATE_LIMIT is told of a key, not of an address",
    arguments: ["key:default", "ip:192.0.2.1", "key:default:ip:::1"])
  func rateLimit(subject: String) async throws {
    try await QueueLab.with { lab in
      let rate = RateDemand(subject: subject, limit: RateLimit(requests: 1, per: .hour))
      try await lab.admit(lab.admission(limits: [rate]))
      let now = Timestamp.now
      try await lab.redis("SET", ":refused:\(subject)", "\(now - 301_000) \(now - 10_000) \(now)")
      try await ask(lab, rate)
      let notices = try await lab.queue.notices(after: nil, count: 9).map(\.notice)
      #expect(notices.map(\.limit) == (subject == "key:default" ? [Limit(1, .requests(.hour))] : []))
      #expect(notices.allSatisfy { $0.who == "SERVICE_API_KEY" })
    }
  }
}
