import NIOCore
import Testing

@testable import Shared

@Suite("Pages of tenants, keys and the log of changes")
struct AccessPageTests {
  /// Fills the store with keys of one tenant, in one command.
  private static let fill = """
    for number = 1, ARGV[1] do
      local id = string.format('key_%026d', number)
      redis.call('SET', 'sluice:{0}:key:' .. id, '{}')
      redis.call('ZADD', 'sluice:{0}:keys', 0, id)
      redis.call('ZADD', 'sluice:{0}:keys:search', 0, id)
    end
    """

  private func make(_ change: AccessChange, noting text: String = "-", in store: AccessStore) async throws {
    let outcome = try await store.change(change) { previous in
      AuditEntry(
        json: ByteBuffer(string: text), digest: previous.isEmpty ? "1" : "\((Int(previous) ?? 0) + 1)")
    }
    guard case .done = outcome else { throw QueueLab.NotAdmitted() }
  }

  @Test("a hundred thousand keys come by pages, each once and in order", arguments: [true, false])
  func manyKeys(ofOneTenant: Bool) async throws {
    try await QueueLab.with { lab in
      _ = try await lab.redis.send(RedisCommand("EVAL", Self.fill, "0", "100000"))
      let store = AccessStore(lab.queue)
      let index = ofOneTenant ? AccessIndex.keysOf(tenant: "search") : .keys
      var last: String?
      var (count, hasMore) = (0, true)
      while hasMore {
        let page = try await store.list(index, after: last, count: 1000)
        for record in page.records {
          #expect(last.map { $0 < record.id } ?? true)
          last = record.id
        }
        count += page.records.count
        hasMore = page.hasMore
      }
      #expect(count == 100_000)
      #expect(try await store.list(.keysOf(tenant: "ads"), after: nil, count: 1000).records.isEmpty)
    }
  }

  @Test("a page of large records ends early, and the next goes on")
  func largeRecords() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      let large = ByteBuffer(repeating: UInt8(ascii: "x"), count: 700_000)
      for number in 0..<8 { try await make(.tenant("t\(number)", .create, json: large), in: store) }
      let first = try await store.list(.tenants, after: nil, count: 1000)
      #expect(first.records.map(\.id) == ["t0", "t1", "t2"] && first.hasMore)
      let rest = try await store.list(.tenants, after: "t6", count: 1000)
      #expect(rest.records.map(\.id) == ["t7"] && !rest.hasMore)
    }
  }

  @Test("a page of large entries of the log ends early, from either end")
  func largeEntries() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      let large = String(repeating: "x", count: 300_000)
      for number in 0..<10 { try await make(.tenant("t\(number)", .create), noting: large, in: store) }
      for oldestFirst in [true, false] {
        var digests: [String] = []
        var place: String?
        var hasMore = true
        while hasMore {
          let page = try await store.audit(after: place, count: 1000, oldestFirst: oldestFirst)
          #expect(page.entries.count <= 7)
          digests += page.entries.map(\.entry.digest)
          place = page.entries.last?.place
          hasMore = page.hasMore
        }
        let numbers = digests.compactMap { Int($0) }
        #expect(numbers == (oldestFirst ? Array(1...10) : Array((1...10).reversed())))
      }
      let exact = try await store.audit(after: nil, count: 3)
      #expect(exact.entries.count == 3 && exact.hasMore)
    }
  }

  @Test("ids without their records end no list")
  func orphans() async throws {
    try await QueueLab.with { lab in
      let store = AccessStore(lab.queue)
      for number in 0..<9 { try await make(.tenant("t\(number)", .create), in: store) }
      for number in 0..<5 {
        _ = try await lab.redis.send(RedisCommand("DEL", "sluice:{0}:tenant:t\(number)"))
      }
      let page = try await store.list(.tenants, after: nil, count: 2)
      #expect(page.records.map(\.id) == ["t5"] && page.hasMore)
    }
  }
}
