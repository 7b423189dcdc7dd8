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

    let passwordless = try RedisConfiguration(url: "redis://ann@host")
    #expect(passwordless.user == "ann" && passwordless.password?.reveal() == "", "never the default user")
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
      ("rediss://h?keyfile=/x", .certificateWithoutKey),
      ("redis://h?sentinel_tls=on", .unknownParameter("sentinel_tls")),
      ("redis://a,b/0", .severalHosts), ("redis+cluster://a,b", .cluster),
      ("redis://[::1", .wrongHost), ("redis://::1", .wrongHost), ("redis://[::1]x:1", .wrongHost),
    ])
  func wrong(text: String, error: RedisURLError) {
    #expect(throws: error) { try RedisConfiguration(url: text) }
  }

  @Test("sentinels are read, with what is theirs and what is the servers'")
  func sentinels() throws {
    let plain = try RedisConfiguration(url: "redis+sentinel://s1,s2:26380,[::1]/mymaster")
    let sentinels = try #require(plain.sentinels)
    #expect(
      sentinels.addresses == [
        .tcp(host: "s1", port: 26_379), .tcp(host: "s2", port: 26_380), .tcp(host: "::1", port: 26_379),
      ])
    #expect(sentinels.masterName == "mymaster" && sentinels.user == nil && sentinels.password == nil)
    #expect(plain.database == 0 && !plain.usesTLS && !sentinels.usesTLS)
    #expect(plain.description == "redis+sentinel://s1:26379,s2:26380,[::1]:26379/mymaster/0")

    let full = try RedisConfiguration(
      url:
        "redis+sentinel://ann:p%40w@s1/my%2Fmaster/3?sentinel_user=bob&sentinel_password=q%40w&sentinel_tls=on"
    )
    #expect(full.user == "ann" && full.password?.reveal() == "p@w" && full.database == 3 && !full.usesTLS)
    #expect(full.sentinels?.masterName == "my/master")
    #expect(full.sentinels?.user == "bob" && full.sentinels?.password?.reveal() == "q@w")
    #expect(full.sentinels?.usesTLS == true)
    let sentinel = try #require(full.eachSentinel.first)
    #expect(sentinel.user == "bob" && sentinel.password?.reveal() == "q@w" && sentinel.usesTLS)
    #expect(sentinel.database == 0 && sentinel.description == "sentinel://s1:26379")

    let encrypted = try RedisConfiguration(url: "rediss+sentinel://s1/m?cafile=/ca.pem")
    #expect(encrypted.usesTLS && encrypted.sentinels?.usesTLS == true)
    #expect(encrypted.eachSentinel.first?.trustRootsPath == "/ca.pem")
    let half = try RedisConfiguration(url: "rediss+sentinel://s1/m?sentinel_tls=off")
    #expect(half.usesTLS && half.sentinels?.usesTLS == false)
  }

  @Test(
    "what is wrong with sentinels is said",
    arguments: [
      ("redis+sentinel://s1,s2", RedisURLError.noMasterName), ("redis+sentinel://s1,s2/", .noMasterName),
      ("redis+sentinel:///mymaster", .noHost), ("redis+sentinel://s1,,s2/mymaster", .noHost),
      ("redis+sentinel://s1,s2,/mymaster", .noHost), ("redis+sentinel://s1,s1:26379/m", .repeatedSentinel),
      ("redis+sentinel://s1:port/m", .wrongPort), ("redis+sentinel://s1:0/m", .wrongPort),
      ("redis+sentinel://::1/m", .wrongHost), ("redis+sentinel://s1/m/x", .wrongDatabase),
      ("redis+sentinel://s1/m/0/1", .wrongDatabase), ("redis+sentinel://s1/m%zz", .wrongEncoding),
      ("redis+sentinel://s1/m?sentinel_tls=yes", .wrongSwitch("sentinel_tls")),
      ("redis+sentinel://s1/m?sentinel_user=bob", .noSentinelPassword),
      ("redis+sentinel://s1/m?sentinel_password=q@w", .ambiguous),
      ("redis+sentinel://s1/m?x=1", .unknownParameter("x")),
      ("redis+sentinel://s1/m?sentinel_password=hun&ter2", .brokenPassword),
    ])
  func wrongSentinels(text: String, error: RedisURLError) {
    #expect(throws: error) { try RedisConfiguration(url: text) }
  }

  @Test(
    "a setting that is wrong shows no password",
    arguments: [
      "redis+sentinel://s1/m/x?sentinel_password=hunter2", "redis+sentinel://s1/m?sentinel_pass=hunter2",
      "ann:hunter2@host",
    ])
  func noLeakOfSetting(text: String) {
    let environment = ProcessEnvironment(["REDIS_URL": text])
    let error = #expect(throws: ConfigurationError.self) { try RedisConfiguration(environment) }
    #expect(error.map { !"\($0)".contains("hunter2") } == true)
  }

  @Test(
    "no error shows any part of a password",
    arguments: [
      "redis://ann:hunter?ter2@host", "redis://ann:hunter?ter2@host?db=1", "redis://ann:hunter2%zz@host",
      "http://ann:hunter2@host", "redis://ann:hunter2@host:x", "redis://ann:hunter2@host/x",
      "ann:hunter2@host",
      "unix://ann:hunter?ter2@/run/redis.sock", "redis+sentinel://s1/m?sentinel_password=hun&ter2",
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
