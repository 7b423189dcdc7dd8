import Testing

@testable import Shared

@Suite("Who answered a conversation last, as all workers know it")
struct ThreadStoreTests {
  private let thread = String(repeating: "a1", count: 16)
  private let target = Target(provider: "groq", model: "some/model:free")

  @Test("is nobody at first, then who was noted last, for an hour after it went on")
  func noted() async throws {
    try await QueueLab.with { lab in
      let store = ThreadStore(redis: lab.redis)
      #expect(try await store.target(of: thread) == nil)
      try await store.note(Target(provider: "other", model: "m"), of: thread)
      try await store.note(target, of: thread)
      #expect(try await store.target(of: thread) == target)
      #expect(try await store.target(of: String(repeating: "b", count: 32)) == nil)

      let key = "sluice:{providers}:thread:\(thread)"
      _ = try await lab.redis.send(RedisCommand("PEXPIRE", key, "60000"))
      _ = try await store.target(of: thread)
      let left = try await lab.redis.send(RedisCommand("PTTL", key)).integer ?? 0
      #expect(left > 3_500_000 && left <= 3_600_000, "asking counts as use")
    }
  }
}
