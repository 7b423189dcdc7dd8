import NIOCore
import Testing

@testable import Shared

@Suite("Tenants with many keys that are deleted")
struct TenantSweepTests {
  @Sendable private static func entry(_ previous: String) -> AuditEntry {
    AuditEntry(json: ByteBuffer(string: "{}"), digest: previous + "x")
  }

  /// A tenant with so many keys, which are made in one go.
  private func make(_ tenant: String, keys: Int, in lab: QueueLab) async throws -> AccessStore {
    let store = AccessStore(lab.queue)
    _ = try await store.change(.tenant(tenant, .create, json: ByteBuffer(string: "{}")), entry: Self.entry)
    for first in stride(from: 0, to: keys, by: 200) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in first..<min(keys, first + 200) {
          let id = "key_\(tenant)\(number)"
          group.addTask {
            try await lab.redis("SET", ":key:\(id)", "{}")
            try await lab.redis("ZADD", ":keys", "0", id)
            try await lab.redis("ZADD", ":keys:\(tenant)", "0", id)
            try await lab.redis("HSET", ":epochs", "k:\(id)", "7")
            try await lab.redis("HSET", ":keyused", id, "1")
          }
        }
        try await group.waitForAll()
      }
    }
    return store
  }

  private func keys(of tenant: String, _ lab: QueueLab) async throws -> Int64? {
    try await lab.redis("ZCARD", ":keys:\(tenant)").integer
  }

  @Test("they go some at a time, and none of them is good for anything from the first step on")
  func pages() async throws {
    try await QueueLab.with { lab in
      let store = try await make("a", keys: 600, in: lab)
      let judged = try await store.records(tenant: "a", key: "key_a599")
      #expect(try await store.change(.tenant("a", .delete), entry: Self.entry) == .done(epoch: 0))
      let left = try #require(try await keys(of: "a", lab))
      #expect(left > 0 && left < 600)
      let demand = Demand(
        judgedBy: AccessVersion(tenant: judged.tenant.epoch, key: judged.key.epoch), key: "key_a599")
      guard case .stale = try await lab.queue.admit(lab.admission(tenant: "a", demand: demand)) else {
        Issue.record("a key of a tenant that is deleted is taken")
        return
      }
      #expect(try await store.isLeaving("a"))
      #expect(try await store.sweep("a") == Int(left))
      #expect(try await !store.isLeaving("a"))
      #expect(try await lab.keys(beginning: ["key:", "keys", "keyused", "leaving", "tenant"]).isEmpty)
      // What is left is the greatest of all epochs that there were.
      #expect(try await lab.redis("HKEYS", ":epochs").array?.compactMap(\.string) == ["floor"])
    }
  }

  @Test("whoever looks later goes on where a process did not, a few steps at a time")
  func janitor() async throws {
    try await QueueLab.with { lab in
      let store = try await make("a", keys: 600, in: lab)
      _ = try await make("b", keys: 1, in: lab)
      _ = try await store.change(.tenant("a", .delete), entry: Self.entry)
      let left = try await keys(of: "a", lab)
      try await store.sweep(steps: 1)
      #expect(try await keys(of: "a", lab) != left)
      try await store.sweep(steps: 100)
      #expect(try await keys(of: "a", lab) == 0)
      #expect(try await keys(of: "b", lab) == 1)
    }
  }

  @Test("a new tenant of that id does not bring the keys of the old one back to life")
  func again() async throws {
    try await QueueLab.with { lab in
      let store = try await make("a", keys: 600, in: lab)
      _ = try await store.change(.tenant("a", .delete), entry: Self.entry)
      guard case .done = try await store.change(.tenant("a", .create), entry: Self.entry) else {
        Issue.record("it is not made")
        return
      }
      #expect(try await keys(of: "a", lab) == 0)
      #expect(try await store.records(tenant: "a", key: "key_a599").key.json == nil)
    }
  }
}
