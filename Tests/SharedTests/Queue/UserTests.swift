import NIOCore
import Testing

@testable import Shared

@Suite("Users whom requests name")
struct UserTests {
  private static let anna = TenantUser("anna", of: "default")
  private static let bert = TenantUser("bert", of: "default")

  private func demand(_ user: TenantUser) -> Demand {
    var demand = Demand()
    demand.user = user.name
    return demand
  }

  /// A job of a user that has ended.
  @discardableResult
  private func ended(
    _ lab: QueueLab, of user: TenantUser, cache: CacheUse = .off, key: Idempotency? = nil, cost: Int64 = 5
  ) async throws -> JobID {
    let id = try await lab.admit(
      lab.admission(cache: cache, demand: demand(user), metadata: #"{"a":"b"}"#, key: key, streaming: .deltas)
    )
    try await lab.complete(try await lab.claimOne(), cost: cost, tokens: 3)
    return id
  }

  @Test("a tenant's users are listed in order with what they used, and go when they are not named any more")
  func list() async throws {
    try await QueueLab.with { lab in
      let now = Timestamp.now
      try await ended(lab, of: Self.anna)
      try await ended(lab, of: Self.anna)
      try await ended(lab, of: Self.bert)
      let old = now - lab.queue.retention.usage.wholeMilliseconds - 1000
      let odd = TenantUser("z \n\u{1F}ü", of: "default")
      try await lab.queue.noteUsers([
        Self.anna: now, Self.bert: now - 5, odd: now, TenantUser("old", of: "default"): old,
        TenantUser("anna", of: "ads"): now,
      ])
      // An older note, of a process that was slow, changes nothing.
      try await lab.queue.noteUsers([Self.anna: now - 10])
      try await lab.queue.rollUsage()
      let first = try await lab.queue.users(of: "default", after: nil, count: 2, now: now)
      #expect(first.users.map(\.name) == ["anna", "bert"] && first.hasMore)
      #expect(first.users.map(\.lastSeen) == [now, now - 5])
      #expect(first.users.map(\.usage.requests) == [2, 1])
      #expect(
        first.users[0].usage.cost == NanoDollars(rawValue: 10) && first.users[0].usage.promptTokens == 6)
      let rest = try await lab.queue.users(of: "default", after: "bert", count: 1000, now: now)
      #expect(rest.users.map(\.name) == [odd.name] && rest.users[0].usage.requests == 0 && !rest.hasMore)
      let other = try await lab.queue.users(of: "ads", after: nil, count: 1000, now: now)
      #expect(other.users.map(\.usage.requests) == [0])
    }
  }

  @Test("users who are named no more are forgotten as fast as others come, and also when none do")
  func forgetting() async throws {
    try await QueueLab.with { lab in
      let now = Timestamp.now
      let old = now - lab.queue.retention.usage.wholeMilliseconds - 1000
      func note(_ prefix: String, _ time: Int64) async throws {
        let users = (0..<1500).map { (TenantUser("\(prefix)\($0)", of: "default"), time) }
        try await lab.queue.noteUsers(Dictionary(uniqueKeysWithValues: users))
      }
      // As if they had been named long ago, by who noted them then.
      try await note("new", now)
      for number in 0..<1500 { try await lab.redis("ZADD", ":userseen", "\(old)", "default new\(number)") }
      try await note("other", now)
      let left = try await lab.redis("ZCARD", ":userseen").integer
      #expect(left == 1500)
      #expect(try await lab.redis("ZCARD", ":users:default").integer == 1500)
      for number in 0..<600 { try await lab.redis("ZADD", ":userseen", "\(old)", "default other\(number)") }
      try await lab.queue.retain(now: now, steps: 100)
      #expect(try await lab.redis("ZCARD", ":userseen").integer == 900)
    }
  }

  @Test("of a user who is forgotten nothing is left but numbers, and of others all")
  func forget() async throws {
    try await QueueLab.with(settings: ["CACHE_TTL": "600"]) { lab in
      let before = try await lab.keys(beginning: ["j:", "r:", "m:", "p:", "events:", "cache:"])
      #expect(before.isEmpty)
      let others = try await ended(lab, of: Self.bert, cache: .use(key: "b"))
      try await ended(lab, of: Self.anna, cache: .use(key: "a"))
      let once = Idempotency(digest: "d", fingerprint: "f")
      let kept = try await ended(lab, of: Self.anna, key: once)
      let open = try await lab.admit(lab.admission(demand: demand(Self.anna)))
      try await lab.queue.noteUsers([Self.anna: Timestamp.now, Self.bert: Timestamp.now])
      #expect(try await lab.queue.forget(Self.anna, now: Timestamp.now) == [open])
      _ = try await lab.queue.cancel(open, tenant: "default")
      #expect(try await lab.queue.forget(Self.anna, now: Timestamp.now).isEmpty)

      let left = try await lab.keys(beginning: ["j:", "r:", "m:", "p:", "events:", "cache:"])
      let ofOthers = ["j:", "r:", "m:", "events:"].map { "sluice:{0}:\($0)\(others)" }
      #expect(Set(left) == Set(ofOthers + ["sluice:{0}:j:\(kept)", "sluice:{0}:cache:b"]))
      let fields = try await lab.redis("HGETALL", ":j:\(kept)").array?.compactMap(\.string) ?? []
      #expect(!fields.contains("anna"))
      let replay = try await lab.queue.admit(lab.admission(demand: demand(Self.anna), key: once))
      guard case .replayed(kept) = replay else {
        Issue.record("its idempotency key is forgotten: \(replay)")
        return
      }
      #expect(try await lab.queue.jobs(of: Self.anna, before: nil).jobs.isEmpty)
      #expect(try await lab.queue.jobs(of: Self.bert, before: nil).jobs.map(\.id) == [others])
      let records = try await lab.queue.usage(after: nil, count: 100)
      #expect(records.map(\.job) == [others])
      let users = try await lab.queue.users(of: "default", after: nil, count: 10, now: Timestamp.now)
      #expect(users.users.map(\.name) == ["bert"])
      let day = Timestamp.now / UsageBuckets.days.milliseconds
      let sums = try await lab.queue.usageSums(.days, from: UsageCursor(bucket: day - 1), through: day)
      let requests = sums.entries.reduce(0) { $0 + $1.sums.requests }
      #expect(requests == 4)
      let damage = try await lab.queue.statistics()
      #expect(damage.counts.allSatisfy { !$0.key.hasPrefix("orphan") || $0.value == 0 })
    }
  }
}
