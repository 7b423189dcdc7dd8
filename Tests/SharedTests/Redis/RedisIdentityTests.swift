import NIOCore
import Testing

@testable import Shared

@Suite("What a server says it is")
struct RedisIdentityTests {
  private func hello(_ pairs: KeyValuePairs<String, String>) -> RESPValue {
    var words: [RESPValue] = []
    for (name, value) in pairs {
      words.append(.bulk(ByteBuffer(string: name)))
      words.append(.bulk(ByteBuffer(string: value)))
    }
    return .array(words + [.bulk(ByteBuffer(string: "modules")), .array([])])
  }

  @Test(
    "who can hold the queue, and who cannot",
    arguments: [
      ("redis", "7.0.15", "standalone", "master", nil),
      ("redis", "8.0.2", "standalone", "master", nil),
      ("valkey", "7.2.4", "standalone", "master", nil),
      ("valkey", "9.1.2", "standalone", "master", nil),
      ("redis", "6.2.5", "standalone", "master", .tooOld("redis 6.2.5")),
      ("redis", "7.0.15", "standalone", "replica", .replica(of: nil)),
      ("redis", "7.0.15", "cluster", "master", .clusterNode),
      ("redis", "7.0.15", "sentinel", "", .isSentinel),
      ("another", "unknown", "", "", nil),
    ] as [(String, String, String, String, RedisRefusal?)])
  func refusal(server: String, version: String, mode: String, role: String, refusal: RedisRefusal?) throws {
    let reply = hello(["server": server, "version": version, "mode": mode, "role": role])
    #expect(try #require(RedisIdentity(hello: reply)).refusal == refusal)
  }

  @Test("where HELLO is unknown, INFO and ROLE say it")
  func piecemeal() {
    var identity = RedisIdentity()
    #expect(identity.refusal == nil, "what is not said is not held against it")
    identity.take(info: "# Server\r\nredis_version:5.0.7\r\nredis_mode:standalone\r\n")
    #expect(identity.refusal == .tooOld("redis 5.0.7"))

    var valkey = RedisIdentity()
    valkey.take(info: "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n")
    #expect(valkey.server == "valkey" && valkey.version == "8.1.1" && valkey.refusal == nil)

    var replica = RedisIdentity()
    replica.take(
      role: .array([
        .bulk(ByteBuffer(string: "slave")), .bulk(ByteBuffer(string: "10.0.0.1")), .integer(6379),
      ]))
    #expect(replica.refusal == .replica(of: "10.0.0.1:6379"))
  }

  @Test("what is no answer to HELLO is none")
  func nonsense() {
    #expect(RedisIdentity(hello: .null) == nil)
    #expect(RedisIdentity(hello: .array([])) == nil)
    #expect(RedisIdentity(hello: .array([.integer(1)])) == nil)
  }
}
