import Foundation
import Testing

/// A master with replicas that nobody watches, behind one address that an operator moves: a link to the socket of whoever
/// is the master, as the DNS name of a managed service is.
public final class MovingAddress: Sendable {
  public let servers: [RedisServer]
  private let ports: [Int]
  private let link: URL

  private init(_ servers: [RedisServer], _ ports: [Int]) {
    self.servers = servers
    self.ports = ports
    link = servers[0].directory.appending(path: "master")
  }

  /// What Sluice takes as `REDIS_URL`.
  public var url: String { "unix://\(link.path())" }

  /// Starts a master, the first, and so many replicas, runs `body` once they are in step, and leaves nothing behind.
  public static func with<Value>(
    replicas: Int, _ body: (MovingAddress) async throws -> Value
  ) async throws -> Value {
    let ports = try (0...replicas).map { _ in try RedisServer.freePort() }
    let options = ports.map { ["--port", "\($0)", "--repl-diskless-sync-delay", "0"] }
    return try await RedisServer.withEach(options) { servers in
      let address = MovingAddress(servers, ports)
      try await address.follow(0)
      try address.move(to: 0)
      return try await body(address)
    }
  }

  /// Makes the replica that has received most the master, moves the address to it and makes `others` follow it. Returns
  /// its place in ``servers``. The former master must not answer any more.
  public func promote(after former: Int) async throws -> Int {
    var offsets: [Int: Int] = [:]
    for index in servers.indices where index != former {
      offsets[index] = try await Self.value(of: "slave_repl_offset", on: ports[index]).flatMap(Int.init)
    }
    let next = try #require(offsets.max { $0.value < $1.value }?.key)
    _ = try await RawConnection.words(ports[next], "REPLICAOF NO ONE")
    try move(to: next)
    for index in servers.indices where index != former && index != next { try await follow(next, by: index) }
    return next
  }

  /// Makes all of the others follow `master`, and returns once they are in step.
  public func follow(_ master: Int) async throws {
    for index in servers.indices where index != master { try await follow(master, by: index) }
    try await ReplicatedRedis.waitUntilInStep(servers.count - 1, of: ports[master])
  }

  private func follow(_ master: Int, by replica: Int) async throws {
    _ = try await RawConnection.words(ports[replica], "REPLICAOF 127.0.0.1 \(ports[master])")
  }

  private func move(to master: Int) throws {
    // A link that takes another's place in one step, so that the address is never missing.
    let fresh = link.appendingPathExtension("new")
    try FileManager.default.createSymbolicLink(
      atPath: fresh.path(), withDestinationPath: servers[master].socket)
    guard rename(fresh.path(), link.path()) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private static func value(of name: String, on port: Int) async throws -> String? {
    try await RawConnection.words(port, "INFO replication").first { $0.hasPrefix("\(name):") }
      .map { String($0.dropFirst(name.count + 1)) }
  }
}
