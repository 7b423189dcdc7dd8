import NIOCore
import Testing

@testable import Shared

@Suite("Records of tenants and keys")
struct AccessStoreTests {
  private func json(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

  @Sendable private static func entry(_ previous: String) -> AuditEntry {
    AuditEntry(json: ByteBuffer(string: "after \(previous)"), digest: previous + "x")
  }

  private func make(_ change: AccessChange, in store: AccessStore) async throws -> AccessOutcome {
    try await store.change(change, entry: Self.entry)
  }

  /// The epoch of a record that was made or changed.
  private func epoch(_ change: AccessChange, in store: AccessStore) async throws -> Int {
    guard case .done(let epoch) = try await make(change, in: store) else { throw QueueLab.NotAdmitted() }
    return epoch
  }

  @Test(
    "a key is found by its digest until it goes, and each change is one of its epochs and an entry of the log"
  )
  func key() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      let tenant = try await epoch(.tenant("search", .create, json: json("{}")), in: store)
      let create = AccessChange.key("key_1", of: "search", .create, json: json("{1}"), newDigests: ["aa"])
      let first = try await epoch(create, in: store)
      #expect(try await make(create, in: store) == .exists)
      #expect(try await store.owner(of: "bb") == nil)
      #expect(
        try await make(.key("key_2", of: "nobody", .create, newDigests: ["cc"]), in: store) == .tenantIsAbsent
      )
      #expect(try await store.owner(of: "cc") == nil)
      let update = AccessChange.key(
        "key_1", of: "search", .update, json: json("{2}"), newDigests: ["bb"], expected: first)
      let second = try await epoch(update, in: store)
      #expect(second > first)
      #expect(try await make(update, in: store) == .conflict(epoch: second))
      let records = try await store.records(tenant: "search", key: "key_1")
      #expect(
        records.tenant.epoch == tenant && records.key.epoch == second && records.key.json == json("{2}"))
      try await store.noteUse(["key_1": 5, "key_9": 6])
      let listed = try await store.list(.keysOf(tenant: "search"), after: nil, count: 5)
      #expect(listed.records.map(\.id) == ["key_1"] && listed.records[0].lastUsedAt == 5 && !listed.hasMore)
      let delete = AccessChange.key("key_1", of: "search", .delete, oldDigests: ["aa", "bb"])
      #expect(try await make(delete, in: store) == .done(epoch: 0))
      #expect(try await make(delete, in: store) == .absent)
      #expect(try await store.owner(of: "bb") == nil)
      #expect(try await store.epochs(of: [.key("key_1"), .tenant("search")]).epochs == [0, tenant])
      #expect(try await store.list(.keys, after: nil, count: 5).records.isEmpty)
      let log = try await store.audit(after: nil, count: 9, oldestFirst: true).entries
      #expect(log.map(\.entry.digest) == ["x", "xx", "xxx", "xxxx"])
      #expect(try await store.audit(after: log[2].place, count: 1).entries.map(\.entry.digest) == ["xx"])
    }
  }

  @Test("an epoch is the time, and greater than all before it, also of a record that was gone")
  func epochs() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      // A failover that loses a change takes the number that it had with it; a counter alone would give it again.
      let before = Int(Timestamp.now) * 1000
      let first = try await epoch(.tenant("a", .create), in: store)
      #expect(first >= before)
      try await lab.redis("HSET", ":epochs", "t:a", "\(first + 3_600_000_000)")
      let second = try await epoch(.tenant("a", .update), in: store)
      #expect(second == first + 3_600_000_001, "the clock was set back")
      _ = try await make(.tenant("a", .delete), in: store)
      #expect(try await store.epochs(of: [.tenant("a")]).epochs == [0])
      #expect(try await lab.redis("HEXISTS", ":epochs", "t:a").integer == 0)
      let third = try await epoch(.tenant("a", .create), in: store)
      #expect(third == second + 1, "who knows the tenant that was deleted does not take this one for it")
    }
  }

  @Test("a tenant with open jobs stays, and its keys go with it when they have ended")
  func tenant() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      let tenant = try await epoch(.tenant("a", .create), in: store)
      _ = try await make(.key("key_1", of: "a", .create, newDigests: ["aa"]), in: store)
      let id = try await lab.admit(
        lab.admission(tenant: "a", demand: Demand(judgedBy: AccessVersion(tenant: tenant))))
      #expect(try await make(.tenant("a", .delete), in: store) == .hasOpenJobs(1))
      _ = try await lab.queue.cancel(id, tenant: "a")
      #expect(try await make(.tenant("a", .delete), in: store) == .done(epoch: 0))
      #expect(try await store.epochs(of: [.key("key_1")]).epochs == [0])
      #expect(try await store.owner(of: "aa")?.key == "key_1", "nobody takes it for a guess")
      #expect(try await store.list(.keys, after: nil, count: 9).records.isEmpty)
      #expect(try await !store.isLeaving("a"))
    }
  }

  @Test("administrators who write at once write one after the other")
  func atOnce() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask {
            let outcome = try await store.change(.tenant("t\(number)", .create), entry: Self.entry)
            guard case .done = outcome else { throw QueueLab.NotAdmitted() }
          }
        }
        try await group.waitForAll()
      }
      let log = try await store.audit(after: nil, count: 99, oldestFirst: true).entries
      #expect(log.map(\.entry.digest) == (1...20).map { String(repeating: "x", count: $0) })
      let page = try await store.list(.tenants, after: "t1", count: 3)
      #expect(page.records.map(\.id) == ["t10", "t11", "t12"] && page.hasMore)
    }
  }
}
