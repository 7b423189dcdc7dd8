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
      #expect(warning.contains("about 4 s"), "as is said once they are set so")
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

  /// What a process says that starts with replicas to be waited for.
  private func refusal(user: [String], options: [String] = []) async throws -> String {
    let rules = ["--user", "ann", "on", ">pw", "~sluice:*", "&sluice:*"] + user
    var sentence = ""
    try await RedisServer.with(options: rules + options) { redis in
      sentence = try await refusal(by: redis)
    }
    return sentence
  }

  private func refusal(by redis: RedisServer) async throws -> String {
    var configuration = try RedisConfiguration(url: "unix://ann:pw@\(redis.socket)")
    configuration.acknowledgingReplicas = 1
    let client = RedisClient(configuration: configuration, logger: .quiet, purpose: "test")
    let running = Task { try await client.run() }
    defer { running.cancel() }
    let error = await #expect(throws: ConfigurationError.self) {
      try await DurabilityCheck(redis: client, logger: .quiet).run()
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test("where replicas are waited for, Redis must tell whether they are there")
  func mustTell() async throws {
    let sentence = try await refusal(user: ["+@all", "-info"])
    #expect(sentence.hasSuffix("lacks rights; give them with ACL SETUSER ann +info"), "\(sentence)")
  }

  @Test("a WAIT that was taken away stops a process that is to wait for replicas, and is named")
  func noWait() async throws {
    let sentence = try await refusal(user: ["+@all"], options: ["--rename-command", "WAIT", ""])
    #expect(sentence.contains("it does not have WAIT; commands must not be renamed"), "\(sentence)")
  }

  @Test("a policy that may evict jobs is seen where CONFIG is forbidden, too")
  func policyByInfo() async throws {
    let options = ["--user", "ann", "on", ">pw", "~sluice:*", "&sluice:*", "+@all", "-config"]
    try await RedisServer.with(options: options + ["--maxmemory-policy", "allkeys-lru"]) { redis in
      try await RedisClientLab.with("unix://ann:pw@\(redis.socket)") { client in
        let error = await #expect(throws: ConfigurationError.self) {
          try await DurabilityCheck(redis: client, logger: .quiet).run()
        }
        #expect(error.map { "\($0)" } == EvictionPolicy.fault(of: "allkeys-lru"))
      }
    }
  }

  @Test("a file that is not written while it is rewritten is warned of")
  func rewrite() async throws {
    let options = ["--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "yes"]
    try await RedisServer.with(options: options) { redis in
      try await RedisClientLab.with(redis.url) { client in
        let log = RecordedLog()
        try await DurabilityCheck(redis: client, logger: log.logger).run()
        #expect(log.lines.contains { $0.message.contains("no-appendfsync-on-rewrite") })
      }
    }
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
        let sentence = try await refusal(by: redis)
        #expect(
          sentence.hasSuffix("ACL SETUSER ann +wait" + (known == nil ? "" : " +waitaof")), "\(sentence)")
      }
    }
  }
}
