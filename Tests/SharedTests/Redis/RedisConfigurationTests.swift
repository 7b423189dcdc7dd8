import Testing

@testable import Shared

@Suite("Redis URLs")
struct RedisConfigurationTests {
  @Test("every part is read")
  func parts() throws {
    let plain = try RedisConfiguration(url: "redis://example.org")
    #expect(plain.address == .tcp(host: "example.org", port: 6379))
    #expect(plain.database == 0 && !plain.usesTLS && plain.user == nil && plain.password == nil)

    let full = try RedisConfiguration(url: "rediss://us%40er:p%3Aa%2Fss@[::1]:7000/3?cafile=/ca.pem")
    #expect(full.address == .tcp(host: "::1", port: 7000))
    #expect(full.usesTLS)
    #expect(full.user == "us@er")
    #expect(full.password?.reveal() == "p:a/ss")
    #expect(full.database == 3)
    #expect(full.trustRootsPath == "/ca.pem")

    let anonymous = try RedisConfiguration(url: "redis://:secret@host:1/0")
    #expect(anonymous.user == nil && anonymous.password?.reveal() == "secret")

    let socket = try RedisConfiguration(url: "unix:///run/redis.sock?db=2")
    #expect(socket.address == .unix(path: "/run/redis.sock"))
    #expect(socket.database == 2)
    #expect(try RedisConfiguration(url: "unix://.sluice/r").address == .unix(path: ".sluice/r"))
  }

  @Test(
    "what is wrong is said",
    arguments: [
      ("", RedisURLError.notAURL), ("localhost:6379", .notAURL), ("http://x", .unknownScheme),
      ("redis://", .noHost), ("redis://user:pw@", .noHost), ("unix://", .noHost),
      ("redis://h:port", .wrongPort), ("redis://h:0", .wrongPort), ("redis://h:70000", .wrongPort),
      ("redis://h/x", .wrongDatabase), ("redis://h/-1", .wrongDatabase), ("redis://h%zz", .wrongEncoding),
      ("redis://h?x=1", .unknownParameter("x")),
      ("redis://h?cafile=/x", .needsTLS("cafile")), ("rediss://h?certfile=/x", .certificateWithoutKey),
      ("rediss://h?keyfile=/x", .certificateWithoutKey), ("redis://[::1", .wrongHost),
      ("redis://::1", .wrongHost), ("redis://[::1]x:1", .wrongHost),
    ])
  func wrong(text: String, error: RedisURLError) {
    #expect(throws: error) { try RedisConfiguration(url: text) }
  }

  @Test(
    "no error shows any part of a password",
    arguments: [
      "redis://ann:hunter?ter2@host", "redis://ann:hunter?ter2@host?db=1", "redis://ann:hunter2%zz@host",
      "http://ann:hunter2@host", "redis://ann:hunter2@host:x", "redis://ann:hunter2@host/x",
      "ann:hunter2@host",
      "unix://ann:hunter?ter2@/run/redis.sock",
    ])
  func noLeak(text: String) {
    let error = #expect(throws: RedisURLError.self) { try RedisConfiguration(url: text) }
    #expect(error.map { !"\($0)".contains("ter2") } == true)
  }

  @Test("client certificates are read")
  func certificates() throws {
    let configuration = try RedisConfiguration(url: "rediss://h?certfile=/a%20b.pem&keyfile=/c.key")
    #expect(configuration.certificatePath == "/a b.pem" && configuration.keyPath == "/c.key")
  }

  @Test("what is wrong with REDIS_URL is said where a process starts, without what it holds")
  func sentence() {
    let environment = ProcessEnvironment(["REDIS_URL": "redis://ann:hunter2@h:0"])
    let error = #expect(throws: ConfigurationError.self) { try RedisConfiguration(environment) }
    #expect(error?.description.contains("its port is not a number from 1 to 65535") == true)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("a configuration never shows its password")
  func redaction() throws {
    let configuration = try RedisConfiguration(url: "redis://user:hunter2@host:1/2")
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(configuration.description == "redis://host:1/2")
    #expect(!dumped.contains("hunter2"))
  }
}
