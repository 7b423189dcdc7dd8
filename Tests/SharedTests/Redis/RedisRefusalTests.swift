import Logging
import TestSupport
import Testing

@testable import Shared

@Suite("A server that cannot be used is refused before anything is believed")
struct RedisRefusalTests {
  /// Why there is no connection, once that is known.
  private func refusal(of url: String) async throws -> RedisRefusal {
    var refusal: RedisRefusal?
    try await RedisClientLab.with(url) { client in
      refusal = try await eventually("the refusal is known") { () -> RedisRefusal? in
        do throws(RedisError) {
          _ = try await client.send(RedisCommand("PING"))
          return nil
        } catch {
          if case .refused(_, let refusal) = error { return refusal } else { return nil }
        }
      }
    }
    return try #require(refusal)
  }

  @Test("a replica, by whose it is")
  func replica() async throws {
    let port = try RedisServer.freePort()
    try await RedisServer.with(options: ["--port", "\(port)"]) { _ in
      try await RedisServer.with(options: ["--replicaof", "127.0.0.1", "\(port)"]) { replica in
        let refusal = try await refusal(of: replica.url)
        #expect(refusal == .replica(of: "127.0.0.1:\(port)"))
        #expect(!refusal.needsOperator, "it may be promoted")
        #expect("\(refusal)".contains("name its master"))
      }
    }
  }

  @Test("a replica that is promoted is used")
  func promoted() async throws {
    let ports = [try RedisServer.freePort(), try RedisServer.freePort()]
    try await RedisServer.with(options: ["--port", "\(ports[0])"]) { _ in
      try await RedisServer.with(options: [
        "--port", "\(ports[1])", "--replicaof", "127.0.0.1", "\(ports[0])",
      ]) {
        replica in
        try await RedisClientLab.with(replica.url) { client in
          try await eventually("it is refused") {
            do throws(RedisError) {
              _ = try await client.send(RedisCommand("PING"))
              return false
            } catch {
              if case .refused(_, .replica) = error { return true } else { return false }
            }
          }
          try await RawConnection.words(ports[1], "REPLICAOF NO ONE")
          try await eventually("it is used") { await client.isServed() }
        }
      }
    }
  }

  @Test("a master that becomes a replica is left at once, by what listens, too")
  func demoted() async throws {
    let ports = [try RedisServer.freePort(), try RedisServer.freePort()]
    try await RedisServer.with(options: ["--port", "\(ports[0])"]) { _ in
      try await RedisServer.with(options: ["--port", "\(ports[1])"]) { server in
        let topology = RedisTopology(try RedisConfiguration(url: server.url), logger: .quiet)
        let client = RedisClient(topology: topology, logger: .quiet, purpose: "test")
        let subscriber = RedisSubscriber(
          topology: topology, channel: "news", purpose: "test", logger: .quiet, onMessage: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await topology.run() }
          group.addTask { try await client.run() }
          group.addTask { try await subscriber.run() }
          defer { group.cancelAll() }
          try await eventually("all are connected") {
            let isServed = await client.isServed()
            return isServed && subscriber.isSubscribed
          }
          try await RawConnection.words(ports[1], "REPLICAOF 127.0.0.1 \(ports[0])")
          try await eventually("a write is refused, then the server") {
            do throws(RedisError) {
              _ = try await client.send(RedisCommand("SET", "key", "value"))
              return false
            } catch {
              if case .refused(_, .replica) = error { return true } else { return false }
            }
          }
          #expect(topology.errors.counts[.readOnly] == 1, "no second write was sent to it")
          try await eventually("nobody listens there") { !subscriber.isSubscribed }
        }
      }
    }
  }

  @Test("a node of a cluster")
  func cluster() async throws {
    try await RedisServer.with(options: ["--cluster-enabled", "yes"]) { redis in
      let refusal = try await refusal(of: redis.url)
      #expect(refusal == .clusterNode && refusal.needsOperator)
    }
  }

  @Test("a database that there is not")
  func database() async throws {
    try await RedisServer.with { redis in
      let refusal = try await refusal(of: "\(redis.url)?db=77")
      #expect(refusal == .noDatabase(77) && refusal.needsOperator)
    }
  }

  @Test("a wrong password, a missing one, and a user who does not know FCALL")
  func access() async throws {
    let users = ["--user", "ann", "on", ">pw", "~*", "&*", "+@all", "-fcall"]
    try await RedisServer.with(options: ["--requirepass", "hunter2"] + users) { redis in
      #expect(try await refusal(of: redis.url) == .noPassword)
      #expect(try await refusal(of: "unix://:wrong@\(redis.socket)") == .wrongPassword)
      #expect(try await refusal(of: "unix://ann:wrong@\(redis.socket)") == .wrongPassword)
      let missing = try await refusal(of: "unix://ann:pw@\(redis.socket)")
      #expect(missing == .missingRights(["+fcall"], user: "ann"))
      #expect("\(missing)".hasSuffix("ACL SETUSER ann +fcall"))
      try await RedisClientLab.with("unix://:hunter2@\(redis.socket)") { client in
        #expect(await client.isServed())
      }
    }
  }

  @Test("a sentinel behind redis://, and a server behind redis+sentinel://")
  func mixedUp() async throws {
    try await SentinelLab.with { lab in
      let ofSentinel = try await refusal(of: "redis://127.0.0.1:\(lab.sentinelPorts[0])")
      #expect(ofSentinel == .isSentinel)
      let ofServer = try await refusal(of: "redis+sentinel://127.0.0.1:\(lab.ports[0])/mymaster")
      #expect(ofServer == .isNoSentinel)
      let unknown = try await refusal(of: lab.url.replacing("mymaster", with: "another"))
      #expect(unknown == .unknownMaster("another"))
    }
  }

  @Test(
    "a server of another make or age, as it answers HELLO and FCALL",
    arguments: [
      ("redis", "6.2.5", "-ERR unknown command `FCALL`", .tooOld("redis 6.2.5")),
      // Dragonfly says that it is a Redis 7.
      ("redis", "7.4.0", "-ERR unknown command `FCALL`", .noFunctions),
    ] as [(String, String, String, RedisRefusal)])
  func otherMake(server: String, version: String, call: String, refusal: RedisRefusal) async throws {
    try await OtherMake.with(
      OtherMake.hello(server: server, version: version), replies: ["FCALL": call + "\r\n"]
    ) { url in
      let found = try await self.refusal(of: url)
      #expect(found == refusal)
    }
  }

  @Test("every sentence says what to do, and fits on a line")
  func sentences() {
    let all: [RedisRefusal] = [
      .wrongPassword, .wrongSentinelPassword, .noPassword, .protectedMode, .noDatabase(1), .clusterNode,
      .isSentinel, .isNoSentinel,
      .tooOld("redis 6.2.5"), .noFunctions, .missingCommands(["PING"]),
      .missingRights(["+fcall"], user: "ann"), .unknownMaster("m"),
      .replica(of: nil), .notYetMaster,
    ]
    for refusal in all {
      let sentence = "\(refusal)"
      #expect(sentence.hasPrefix("it ") || sentence.hasPrefix("the ") || sentence.contains("sentinel"))
      #expect(!sentence.contains("\n") && !sentence.hasSuffix("."))
    }
  }
}
