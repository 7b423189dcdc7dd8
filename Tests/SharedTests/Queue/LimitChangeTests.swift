import NIOCore
import Testing

@testable import Shared

@Suite("Limits that are changed")
struct LimitChangeTests {
  @Sendable private static func entry(_ previous: String) -> AuditEntry {
    AuditEntry(json: ByteBuffer(string: "{}"), digest: previous + "x")
  }

  /// Makes tenant a, or changes it; requests here are judged by no record.
  private func store(_ verb: AccessChange.Verb, _ lab: QueueLab, _ limit: String, from old: String? = nil)
    async throws
  {
    var tenant = Tenant(id: try #require(TenantID(rawValue: "a")))
    tenant.limits = [try Limit(parsing: limit)]
    var change = AccessChange.tenant("a", verb, json: tenant.json.serialized())
    change.changeLimits(from: try old.map { [try Limit(parsing: $0)] } ?? [], to: tenant.limits)
    _ = try await AccessStore(lab.queue).change(change, entry: Self.entry)
    try await lab.redis("HDEL", ":epochs", "t:a")
  }

  private func rate(_ limit: String, amount: Int) throws -> RateDemand {
    let limit = try Limit(parsing: limit)
    let (unit, window): (RateDemand.Unit, RateLimit.Window) =
      switch limit.measure {
      case .requests(let window): (.requests, window)
      case .tokens(let window): (.tokens, window)
      default: throw QueueLab.NotAdmitted()
      }
    return RateDemand(
      subject: "t:a:\(limit.measure.code)", scope: .tenant, unit: unit, most: limit.most, window: window,
      amount: amount)
  }

  @Test(
    "what was used stays as much as it was",
    arguments: [
      ("1000 tokens/day", 900, "10000 tokens/day", 9100), ("10000 tokens/day", 900, "1000 tokens/day", 100),
      ("10000 tokens/day", 5000, "1000 tokens/day", 0), ("2 requests/hour", 2, "4 requests/hour", 2),
      ("1000 requests/day", 10, "20 requests/day", 10), ("1000 requests/day", 10, "7 requests/day", 0),
      ("1000 requests/day", 10, "1000 tokens/day", 1000), ("1000 requests/day", 10, "100 requests/hour", 100),
    ])
  func used(before: String, used: Int, after: String, left: Int) async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, before)
      let isOfTokens = before.contains("tokens")
      for _ in 0..<(isOfTokens ? 1 : used) {
        let rates = [try rate(before, amount: isOfTokens ? used : 1)]
        try await lab.admit(lab.admission(tenant: "a", demand: lab.demand(rates: rates)))
      }
      try await store(.update, lab, after, from: before)
      let states = try await lab.queue.limits([try rate(after, amount: 0)])
      #expect((states.requests ?? states.tokens)?.remaining == left)
    }
  }

  @Test("a refusal tells how the limit stands that refuses, however tight others of its kind are")
  func refusal() async throws {
    try await QueueLab.with { lab in
      let rates = [try rate("1 requests/minute", amount: 1), try rate("1 requests/day", amount: 1)]
      let demand = lab.demand(rates: rates + [lab.tokens(40)])
      try await lab.admit(lab.admission(demand: demand))
      guard case .limited(let rate, _, let states) = try await lab.queue.admit(lab.admission(demand: demand))
      else {
        Issue.record("one a day may be asked")
        return
      }
      #expect(rate == rates[1])
      #expect(states.requests?.limit == 1 && (states.requests?.reset ?? .zero) > .seconds(86_000))
      #expect(states.tokens?.remaining == 60)
    }
  }
}
