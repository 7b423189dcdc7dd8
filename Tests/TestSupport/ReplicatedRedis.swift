import Testing

/// A master and one replica of a test's own, which nobody watches.
public struct ReplicatedRedis: Sendable {
  public let master: RedisServer
  public let replica: RedisServer
  /// The master's.
  public let port: Int
  public let replicaPort: Int

  /// Starts both, waits until they are in step, runs `body`, and leaves nothing behind. `options` are those of both.
  public static func with<Value>(
    options: [String] = [], _ body: (ReplicatedRedis) async throws -> Value
  ) async throws -> Value {
    let port = try RedisServer.freePort()
    let own = ["--port", "\(port)", "--repl-diskless-sync-delay", "0"]
    return try await RedisServer.with(options: own + options) { master in
      let replicaPort = try RedisServer.freePort()
      return try await withReplica(of: port, options: ["--port", "\(replicaPort)"] + options) { replica in
        try await body(
          ReplicatedRedis(master: master, replica: replica, port: port, replicaPort: replicaPort))
      }
    }
  }

  /// The same for a master that is there.
  public static func withReplica<Value>(
    of port: Int, options: [String] = [], _ body: (RedisServer) async throws -> Value
  ) async throws -> Value {
    try await RedisServer.with(options: ["--replicaof", "127.0.0.1", "\(port)"] + options) { replica in
      try await waitUntilInStep(1, of: port)
      return try await body(replica)
    }
  }

  /// Returns once a master has so many replicas that have all that it has.
  static func waitUntilInStep(_ replicas: Int, of port: Int, password: String? = nil) async throws {
    try await eventually("the replicas are in step") {
      try await RawConnection.words(port, "INFO replication", password: password)
        .count { $0.contains("state=online") } == replicas
    }
  }

  /// How often the master was given a command.
  public func calls(of command: String) async throws -> Int {
    let line = try await RawConnection.words(port, "INFO commandstats")
      .first { $0.hasPrefix("cmdstat_\(command):calls=") }
    return line.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix(while: \.isNumber)) } ?? 0
  }
}
