import NIOCore
import Testing

@testable import Shared

@Suite("Budgets that are changed while jobs wait for them")
struct BudgetChangeTests {
  private static let dollar: Int64 = 1_000_000_000
  private static let end = QueueLab.period.upperBound
  private static let user = "u:a:0123456789abcdef:bd"

  @Sendable private static func entry(_ previous: String) -> AuditEntry {
    AuditEntry(json: ByteBuffer(string: "{}"), digest: previous + "x")
  }

  /// Makes tenant a, or changes it; jobs here are judged by no record.
  private func store(
    _ verb: AccessChange.Verb, _ lab: QueueLab, budgets: [Budget] = [], userBudgets: [Budget] = []
  ) async throws {
    var tenant = Tenant(id: try #require(TenantID(rawValue: "a")))
    (tenant.budgets, tenant.userBudgets) = (budgets, userBudgets)
    var change = AccessChange.tenant("a", verb, json: tenant.json.serialized())
    change.changesBudgets = verb == .update
    _ = try await AccessStore(lab.queue).change(change, entry: Self.entry)
    try await lab.redis("HDEL", ":epochs", "t:a")
  }

  private func day(_ dollars: Int64) -> Budget {
    Budget(NanoDollars(rawValue: dollars * Self.dollar), per: .day)
  }

  @Test("one that becomes soft lets those go on that were put off")
  func softened() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)])
      let id = try await putOff(lab)
      let soft = Budget(NanoDollars(rawValue: Self.dollar), per: .day, .soft)
      try await store(.update, lab, budgets: [soft])
      #expect(try await claimed(lab) == [id])
      #expect(try await lab.sums() == [:], "it reserves nothing")
    }
  }

  private func admission(
    _ lab: QueueLab, subject: String = "t:a:bd", tenant: String = "a", waits: Bool = true
  ) -> Admission {
    let budget = lab.budget(
      Self.dollar * 6 / 10, of: Self.dollar, subject: subject, waits: waits)
    return lab.admission(tenant: tenant, lane: .batch, demand: lab.demand(budgets: [budget]))
  }

  /// A job that was put off since another has spent the budget of a subject.
  private func putOff(_ lab: QueueLab, subject: String = "t:a:bd", tenant: String = "a") async throws -> JobID
  {
    let spent = "\(QueueLab.period.lowerBound) \(Self.dollar * 6 / 10) 0 \(Self.end)"
    try await lab.redis("HSET", ":held", "s:\(subject)", spent)
    let id = try await lab.admit(admission(lab, subject: subject, tenant: tenant))
    #expect(try await lab.state(of: id, tenant: tenant) == .scheduled)
    return id
  }

  private func claimed(_ lab: QueueLab) async throws -> [JobID] {
    try await lab.queue.claim(9, worker: "w").jobs.map(\.lease.id).filter { $0.kind == .request }
  }

  @Test(
    "one that was put off to the next period goes on when the budget is raised, with the time that it had")
  func raised() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)])
      let id = try await putOff(lab)
      try await store(.update, lab, budgets: [day(2)])
      #expect(try await claimed(lab) == [id])
      #expect(try await lab.sums() == ["$:t:a:bd": Int(Self.dollar * 6 / 10)])
      let deadline = try #require(
        try await lab.redis("ZSCORE", ":deadlines", id.rawValue).string.flatMap(Int64.init))
      #expect(abs(deadline - Timestamp.now - 600_000) < 60_000)
      #expect(try await lab.redis("HGET", ":j:\(id)", "d").string == "\(deadline)")
      #expect(try await lab.redis("EXISTS", ":rebound").integer == 0)
      #expect(try await lab.queue.mend().repairs == [])
    }
  }

  @Test("so it does when the budget is gone, and when it is one of each user")
  func others() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)], userBudgets: [day(1)])
      let ofTenant = try await putOff(lab)
      let ofUser = try await putOff(lab, subject: Self.user)
      try await store(.update, lab, userBudgets: [day(2)])
      #expect(Set(try await claimed(lab)) == [ofTenant, ofUser])
    }
  }

  @Test("so it does with a key's budget; what waits for other budgets goes on waiting")
  func key() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)])
      let material = KeyMaterial()
      var key = APIKey(
        id: KeyID(unixMilliseconds: 1), tenant: .one(try #require(TenantID(rawValue: "a"))),
        digest: KeyDigest(of: material.secret, under: .init(data: Array("0123456789abcdef".utf8))),
        hint: material.hint, createdAt: 1)
      key.budgets = [day(1)]
      let accessStore = AccessStore(lab.queue)
      func change(_ verb: AccessChange.Verb) -> AccessChange {
        var change = AccessChange.key(key.id.rawValue, of: "a", verb, json: key.stored.serialized())
        change.changesBudgets = verb == .update
        return change
      }
      _ = try await accessStore.change(change(.create), entry: Self.entry)
      let id = try await putOff(lab, subject: "k:\(key.id):bd")
      let still = try await putOff(lab)
      let foreign = try await putOff(lab, subject: "t:b:bd", tenant: "b")
      key.budgets = [day(2)]
      _ = try await accessStore.change(change(.update), entry: Self.entry)
      #expect(try await claimed(lab) == [id])
      #expect(try await lab.state(of: still, tenant: "a") == .scheduled)
      #expect(try await lab.state(of: foreign, tenant: "b") == .scheduled)
    }
  }

  @Test("one that waits at the budget's gate for others to give back goes on, too")
  func gate() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)])
      try await lab.admit(admission(lab, waits: false))
      let late = try await lab.admit(admission(lab, waits: false))
      #expect(try await claimed(lab).count == 1)
      try await store(.update, lab, budgets: [day(2)])
      #expect(try await claimed(lab) == [late])
      #expect(try await lab.sums() == ["$:t:a:bd": Int(Self.dollar * 12 / 10)])
    }
  }

  @Test("one that the new budget does not pay for either waits as before")
  func tooLittle() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(1)])
      let spent = "\(QueueLab.period.lowerBound) \(9 * Self.dollar) 0 \(Self.end)"
      let id = try await putOff(lab)
      try await lab.redis("HSET", ":held", "s:t:a:bd", spent)
      try await store(.update, lab, budgets: [day(2)])
      #expect(try await claimed(lab).isEmpty)
      #expect(try await lab.redis("ZSCORE", ":scheduled", id.rawValue).string == "\(Self.end)")
    }
  }

  @Test("a change that its process did not see through is seen through later")
  func janitor() async throws {
    try await QueueLab.with { lab in
      try await store(.create, lab, budgets: [day(2)])
      let id = try await putOff(lab)
      try await lab.redis("ZADD", ":rebound", "5", "a ")
      try await AccessStore(lab.queue).reconsider(records: 10)
      #expect(try await claimed(lab) == [id])
      #expect(try await lab.redis("EXISTS", ":rebound").integer == 0)
    }
  }
}
