import TestSupport
import Testing

@testable import Shared

@Suite("How Redis is asked for its memory")
struct MemoryLookTests {
  /// How often Redis has refused anything, by its own count.
  private func refusals(_ root: RedisClient) async throws -> String? {
    try await root.send(RedisCommand("INFO", "errorstats")).string?
      .split(whereSeparator: \.isNewline).first { $0.hasPrefix("errorstat_NOPERM") }.map(String.init)
  }

  @Test("whoever may not ask is not refused each time, and finds out later that he may")
  func rests() async throws {
    let options = ["--user", "ann", "on", ">pw", "~sluice:*", "&sluice:*", "+@all", "-info"]
    try await RedisServer.with(options: options) { redis in
      try await RedisClientLab.with(redis.url) { root in
        try await RedisClientLab.with("unix://ann:pw@\(redis.socket)") { client in
          let look = MemoryLook(redis: client)
          let start = ContinuousClock.now
          #expect(await look.look(now: start) == nil)
          let once = try await refusals(root)
          #expect(once == "errorstat_NOPERM:count=1")
          for second in 1..<60 { #expect(await look.look(now: start + .seconds(second)) == nil) }
          #expect(try await refusals(root) == once)
          _ = try await root.send(RedisCommand("ACL", "SETUSER", "ann", "+info"))
          #expect(await look.look(now: start + MemoryLook.rest) != nil)
          #expect(await look.look(now: start + MemoryLook.rest) != nil, "and goes on asking")
        }
      }
    }
  }
}
