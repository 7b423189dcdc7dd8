import Foundation
import Logging
import TestSupport
import Testing

@testable import Shared

/// What an operator gives who does not count single commands.
private let rights = [
  "+fcall", "+function|load", "+ping", "+bzpopmin", "+subscribe", "+scan", "+publish", "+pubsub|numsub",
  "+time", "+@read", "+@write",
]

@Suite("Rights are looked at before they are needed")
struct AccessCheckTests {
  private func missing(_ given: [String]) async throws -> RedisRefusal? {
    var refusal: RedisRefusal?
    try await RedisServer.with(options: ["--user", "ann", "on", ">pw"] + given) { redis in
      try await RedisClientLab.with("unix://ann:pw@\(redis.socket)") { client in
        try await eventually("the client is connected") { await client.isServed() }
        do throws(RedisRefusal) { try await AccessCheck(redis: client).run() } catch { refusal = error }
      }
    }
    return refusal
  }

  @Test("a user who has all of them misses none")
  func complete() async throws {
    #expect(try await missing(["~sluice:*", "&sluice:*"] + rights) == nil)
  }

  @Test(
    "what is missing is named as ACL SETUSER takes it",
    arguments: [
      (["~sluice:*", "&sluice:*"] + rights + ["-hset", "-xadd"], ["+hset", "+xadd"]),
      (["~sluice:*", "&sluice:*"] + rights + ["-subscribe", "-pubsub"], ["+pubsub|numsub", "+subscribe"]),
      (["~sluice:*", "&sluice:*"] + rights + ["-bzpopmin"], ["+bzpopmin"]),
      (["~sluice:*", "&sluice:*"] + rights + ["-function|load"], ["+function|load"]),
      (["~sluice:*", "&other:*"] + rights, ["&sluice:*"]),
      (["~other:*", "&sluice:*"] + rights, ["~sluice:*"]),
      // Quotas and circuits have keys of their own.
      (["~sluice:{0}*", "&sluice:*"] + rights, ["~sluice:*"]),
      (["%R~sluice:*", "&sluice:*"] + rights, ["~sluice:*"]),
    ] as [([String], [String])])
  func named(given: [String], expected: [String]) async throws {
    #expect(try await missing(given) == .missingRights(expected, user: "ann"))
  }

  @Test("nothing is changed by looking")
  func harmless() async throws {
    try await QueueLab.with { lab in
      try await AccessCheck(redis: lab.redis).run()
      try await lab.queue.checkReady()
      #expect(try await lab.redis.send(RedisCommand("DBSIZE")).integer == 0)
    }
  }

  @Test("a replica, and a master without the replicas that it must have, are not ready")
  func notReady() async throws {
    try await QueueLab.with { lab in
      try await lab.queue.checkReady()
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "min-replicas-to-write", "1"))
      let error = await #expect(throws: QueueError.self) { try await lab.queue.checkReady() }
      #expect(error?.reason.contains("NOREPLICAS") == true)
      #expect(error?.isRefusal == false, "an answer is not given up for it")
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "min-replicas-to-write", "0"))
      try await lab.queue.checkReady()
      _ = try await lab.redis.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
      let other = await #expect(throws: QueueError.self) { try await lab.queue.checkReady() }
      #expect(other?.reason.contains("replica") == true)
    }
  }
}
