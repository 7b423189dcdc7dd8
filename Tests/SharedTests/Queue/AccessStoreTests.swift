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

  @Test(
    "a key is found by its digest until it goes, and each change is one of its epochs and an entry of the log"
  )
  func key() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      #expect(try await make(.tenant("search", .create, json: json("{}")), in: store) == .done(epoch: 1))
      let create = AccessChange.key("key_1", of: "search", .create, json: json("{1}"), newDigests: ["aa"])
      #expect(try await make(create, in: store) == .done(epoch: 1))
      #expect(try await make(create, in: store) == .exists)
      #expect(try await store.owner(of: "bb") == nil)
      #expect(
        try await make(.key("key_2", of: "nobody", .create, newDigests: ["cc"]), in: store) == .tenantIsAbsent
      )
      #expect(try await store.owner(of: "cc") == nil)
      let update = AccessChange.key(
        "key_1", of: "search", .update, json: json("{2}"), newDigests: ["bb"], expected: 1)
      #expect(try await make(update, in: store) == .done(epoch: 2))
      #expect(try await make(update, in: store) == .conflict(epoch: 2))
      let records = try await store.records(tenant: "search", key: "key_1")
      #expect(records.tenant.epoch == 1 && records.key.epoch == 2 && records.key.json == json("{2}"))
      try await store.noteUse(["key_1": 5, "key_9": 6])
      let listed = try await store.list(.keysOf(tenant: "search"), after: nil, count: 5)
      #expect(listed.records.map(\.id) == ["key_1"] && listed.records[0].lastUsedAt == 5 && !listed.hasMore)
      let delete = AccessChange.key("key_1", of: "search", .delete, oldDigests: ["aa", "bb"])
      #expect(try await make(delete, in: store) == .done(epoch: 3))
      #expect(try await make(delete, in: store) == .absent)
      #expect(try await store.owner(of: "bb") == nil)
      #expect(try await store.epochs(of: [.key("key_1"), .tenant("search")]).epochs == [3, 1])
      #expect(try await store.list(.keys, after: nil, count: 5).records.isEmpty)
      let log = try await store.audit(after: nil, count: 9, oldestFirst: true).entries
      #expect(log.map(\.entry.digest) == ["x", "xx", "xxx", "xxxx"])
      #expect(try await store.audit(after: log[2].place, count: 1).entries.map(\.entry.digest) == ["xx"])
    }
  }

  @Test("a tenant with open jobs stays unless it must go, and its keys go with it")
  func tenant() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      _ = try await make(.tenant("a", .create), in: store)
      _ = try await make(.key("key_1", of: "a", .create, newDigests: ["aa"]), in: store)
      try await lab.admit(lab.admission(tenant: "a", demand: Demand(judgedBy: AccessVersion(tenant: 1))))
      #expect(try await make(.tenant("a", .delete), in: store) == .hasOpenJobs(1))
      let force = AccessChange.tenant("a", .delete, oldDigests: ["aa"], isForced: true)
      #expect(try await make(force, in: store) == .done(epoch: 2))
      #expect(try await store.epochs(of: [.key("key_1")]).epochs == [2])
      #expect(try await store.owner(of: "aa") == nil)
      #expect(try await store.list(.keys, after: nil, count: 9).records.isEmpty)
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
            guard outcome == .done(epoch: 1) else { throw QueueLab.NotAdmitted() }
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
