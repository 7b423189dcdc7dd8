import TestSupport
import Testing

@testable import Shared

@Suite("What a failover may cost, said at start")
struct ReplicationCheckTests {
  private func warning(
    _ replicas: Int, acknowledging: Int = 0, least: Int? = 0, lag: Int? = 10, sentinels: Bool = false
  ) -> String? {
    ReplicationCheck(
      replicas: replicas, hasSentinels: sentinels, acknowledging: acknowledging, leastReplicas: least,
      mostLag: lag
    ).warning
  }

  @Test("one Redis alone has no failover")
  func alone() { #expect(warning(0) == nil) }

  @Test(
    "without min-replicas-to-write, a master that is cut off takes in what is lost; that is said with a remedy"
  )
  func unbounded() throws {
    for warning in [warning(1), warning(0, sentinels: true), warning(2, least: nil)] {
      let warning = try #require(warning)
      #expect(warning.contains("min-replicas-to-write 1") && warning.contains("REDIS_ACK_REPLICAS=1"))
      #expect(warning.contains("about the last second"))
    }
  }

  @Test("with it, the window is named")
  func bounded() {
    #expect(warning(1, least: 1, lag: 2)?.contains("up to the last 4 s") == true)
    #expect(warning(1, least: 1, lag: nil)?.contains("up to the last 12 s") == true)
  }

  @Test("where replicas are waited for, only that there are too few is said")
  func acknowledging() {
    #expect(warning(1, acknowledging: 1) == nil)
    #expect(warning(1, acknowledging: 2)?.contains("refused") == true)
  }

  @Test("how many replicas there are stands in INFO")
  func info() {
    #expect(RedisIdentity.replicas(in: "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n") == 2)
    #expect(RedisIdentity.replicas(in: "role:master\r\n") == nil)
  }

  @Test("who may not wait for replicas is told of the rights that this Redis knows")
  func rightsToWait() async throws {
    let rules = ["ann", "on", ">pw", "~sluice:*", "&sluice:*", "+@all", "-wait", "-waitaof"]
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { root in
        let known = try await root.send(RedisCommand("COMMAND", "INFO", "WAITAOF")).array?.first?.array
        var command = RedisCommand("ACL", "SETUSER")
        for rule in rules where known != nil || rule != "-waitaof" { command.append(rule) }
        _ = try await root.send(command)
        var configuration = try RedisConfiguration(url: "unix://ann:pw@\(redis.socket)")
        configuration.acknowledgingReplicas = 1
        let client = RedisClient(configuration: configuration, logger: .quiet, purpose: "test")
        let running = Task { try await client.run() }
        defer { running.cancel() }
        let error = await #expect(throws: ConfigurationError.self) {
          try await DurabilityCheck(redis: client, logger: .quiet).run()
        }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(
          sentence.hasSuffix("ACL SETUSER ann +wait" + (known == nil ? "" : " +waitaof")), "\(sentence)")
      }
    }
  }
}
