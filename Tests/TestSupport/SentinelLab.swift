import Foundation
import Testing

/// A master with replicas and three sentinels of a test's own, which make a replica the master when it dies.
public final class SentinelLab: Sendable {
  public static let masterName = "mymaster"

  /// The first begins as the master.
  public let servers: [RedisServer]
  public let ports: [Int]
  public let sentinels: [ChildProcess]
  public let sentinelPorts: [Int]
  private let access: Access

  /// Passwords of servers and of sentinels, where they have some.
  private struct Access: Sendable {
    var server: String?
    var sentinel: String?
  }

  private init(
    _ servers: [RedisServer], _ ports: [Int], _ sentinels: [ChildProcess], _ sentinelPorts: [Int],
    _ access: Access
  ) {
    self.servers = servers
    self.ports = ports
    self.sentinels = sentinels
    self.sentinelPorts = sentinelPorts
    self.access = access
  }

  /// What Sluice takes as `REDIS_URL`.
  public var url: String {
    let places = sentinelPorts.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    let password = access.server.map { ":\($0)@" } ?? ""
    let parameters = access.sentinel.map { "?sentinel_password=\($0)" } ?? ""
    return "redis+sentinel://\(password)\(places)/\(Self.masterName)/0\(parameters)"
  }

  /// Starts all of them, waits until they know each other, runs `body`, and leaves nothing behind. `options` are those
  /// of every server.
  public static func with<Value>(
    replicas: Int = 1, options: [String] = [], serverPassword: String? = nil, sentinelPassword: String? = nil,
    _ body: (SentinelLab) async throws -> Value
  ) async throws -> Value {
    let ports = try (0...replicas).map { _ in try RedisServer.freePort() }
    let access = Access(server: serverPassword, sentinel: sentinelPassword)
    let ownOptions = serverPassword.map { ["--requirepass", $0, "--masterauth", $0] } ?? []
    let each = ports.enumerated().map { index, port in
      ["--port", "\(port)", "--repl-diskless-sync-delay", "0"]
        + (index == 0 ? [] : ["--replicaof", "127.0.0.1", "\(ports[0])"]) + options + ownOptions
    }
    return try await RedisServer.withEach(each) { servers in
      // Sentinels ask the master for its replicas once in ten seconds: those that come later are long unknown.
      try await ReplicatedRedis.waitUntilInStep(replicas, of: ports[0], password: serverPassword)
      let directory = servers[0].directory.appending(path: "sentinels")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      var sentinels: [ChildProcess] = []
      var sentinelPorts: [Int] = []
      for _ in 0..<3 {
        let port = try RedisServer.freePort()
        sentinels.append(try await startSentinel(port, of: ports[0], access, in: directory))
        sentinelPorts.append(port)
      }
      let lab = SentinelLab(servers, ports, sentinels, sentinelPorts, access)
      let result: Result<Value, any Error>
      do {
        try await lab.waitUntilAcquainted()
        result = .success(try await body(lab))
      } catch { result = .failure(error) }
      for sentinel in sentinels { await sentinel.killNow() }
      return try result.get()
    }
  }

  private static func startSentinel(
    _ port: Int, of master: Int, _ access: Access, in directory: URL
  ) async throws -> ChildProcess {
    let file = directory.appending(path: "\(port).conf")
    var lines =
      [
        "port \(port)", "dir \(directory.path())", "sentinel monitor \(masterName) 127.0.0.1 \(master) 2",
        // With less, sentinels take a server for dead that they have only just begun to watch, or that a busy machine has
        // let wait.
        "sentinel down-after-milliseconds \(masterName) 3000",
        "sentinel failover-timeout \(masterName) 3000",
      ]
    if let password = access.server { lines.append("sentinel auth-pass \(masterName) \(password)") }
    if let password = access.sentinel { lines.append("requirepass \(password)") }
    try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    let sentinel = try await ChildProcess("/usr/bin/redis-server", [file.path(), "--sentinel"])
    try await sentinel.waitForOutput("+monitor")
    return sentinel
  }

  // MARK: - What sentinels say

  /// Before, none of them could make a replica the master.
  public func waitUntilAcquainted() async throws {
    try await eventually("the sentinels know each other and the replicas") {
      for port in sentinelPorts {
        let reply = try await ask(port, "SENTINEL MASTER \(Self.masterName)")
        guard Self.value(of: "num-slaves", in: reply) == "\(servers.count - 1)",
          Self.value(of: "num-other-sentinels", in: reply) == "\(sentinelPorts.count - 1)",
          Self.value(of: "flags", in: reply) == "master"
        else { return false }
      }
      return true
    }
  }

  /// The place in ``servers`` of the one that all sentinels name; nil while they disagree.
  public func master() async throws -> Int? {
    var named: Set<Int> = []
    for port in sentinelPorts {
      let reply = try await ask(port, "SENTINEL GET-MASTER-ADDR-BY-NAME \(Self.masterName)")
      guard let index = ports.firstIndex(where: { reply.contains("\($0)") }) else { return nil }
      named.insert(index)
    }
    return named.count == 1 ? named.first : nil
  }

  /// The one that all sentinels name, once they agree.
  public func agreedMaster() async throws -> Int {
    try await eventually("all sentinels name one master") { try await master() }
  }

  /// Returns the place of the next master once all sentinels name it.
  public func nextMaster(after former: Int) async throws -> Int {
    try await eventually("another master is named") { () -> Int? in
      guard let master = try await master(), master != former else { return nil }
      return master
    }
  }

  /// Returns once sentinels have made a server a replica, and it is in step: before, it would take over with old data.
  public func waitUntilReplica(_ server: Int) async throws {
    try await eventually("the server is a replica, and has all that its master has") {
      // One that becomes a replica ends its clients' connections, this one too.
      let role = (try? await ask(ports[server], "ROLE")) ?? []
      return role.first == "slave" && role.contains("connected")
    }
  }

  /// The words of a server's or sentinel's reply.
  public func ask(_ port: Int, _ command: String) async throws -> [String] {
    try await RawConnection.words(
      port, command, password: ports.contains(port) ? access.server : access.sentinel)
  }

  private static func value(of name: String, in words: [String]) -> String? {
    guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
    return words[index + 1]
  }
}
