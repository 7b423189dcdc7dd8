import Foundation
import Glibc
import Synchronization

/// A Redis of a test's own: on a Unix socket and, where wanted, a port, with its files in a folder of its own.
public final class RedisServer: Sendable {
  /// Another server, such as Valkey, takes the system's place where `REDIS_SERVER` names it by an absolute path.
  private static let program =
    ProcessInfo.processInfo.environment["REDIS_SERVER"] ?? "/usr/bin/redis-server"

  public let directory: URL
  private let options: [String]
  private let environment: [String: String]
  private let process = Mutex<ChildProcess?>(nil)

  /// The address that Sluice takes as `REDIS_URL`.
  public var url: String { "unix://\(socket)" }
  public var socket: String { directory.appending(path: "r").path() }

  private init(options: [String], environment: [String: String]) throws {
    // Short, because a socket's path may have 107 bytes only.
    directory = URL(filePath: "/tmp/sluice-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    self.options = options
    self.environment = environment
  }

  /// Starts a server, runs `body`, and leaves nothing behind. `options` are those of redis-server;
  /// the append-only file is on with `appendfsync always`, as in production.
  public static func with<Value>(
    options: [String] = [], environment: [String: String] = [:], _ body: (RedisServer) async throws -> Value
  ) async throws -> Value {
    let server = try RedisServer(options: options, environment: environment)
    try await server.start()
    do {
      let value = try await body(server)
      await server.remove()
      return value
    } catch {
      await server.remove()
      throw error
    }
  }

  /// The same for several servers at once, of each the options.
  static func withEach<Value>(
    _ options: [[String]], _ started: [RedisServer] = [], _ body: ([RedisServer]) async throws -> Value
  ) async throws -> Value {
    guard started.count < options.count else { return try await body(started) }
    return try await with(options: options[started.count]) { server in
      try await withEach(options, started + [server], body)
    }
  }

  /// Starts it (again) with the data that it left.
  public func start() async throws {
    let child = try await ChildProcess(
      Self.program,
      [
        "--port", "0", "--unixsocket", socket, "--dir", directory.path(), "--save", "", "--appendonly", "yes",
        "--appendfsync", "always", "--daemonize", "no",
      ] + options, environment: environment)
    process.withLock { $0 = child }
    try await child.waitForOutput("eady to accept connections")
  }

  /// Nil before it was started.
  public var pid: Int32? { process.withLock { $0?.pid } }

  public func kill() async { await process.withLock { $0 }?.killNow() }
  /// It keeps its connections and answers nobody.
  public func pause() { process.withLock { $0 }?.signal(SIGSTOP) }
  public func resume() { process.withLock { $0 }?.signal(SIGCONT) }

  private func remove() async {
    await kill()
    try? FileManager.default.removeItem(at: directory)
  }

  /// A port that is free, and stays so until whoever asked uses it: none of those that the system gives away itself, to
  /// servers that name none and to clients (32768 and up), and each is named once.
  public static func freePort() throws -> Int {
    for _ in ports {
      let port = nextPort.withLock { next in
        defer { next = ports.contains(next + 1) ? next + 1 : ports.lowerBound }
        return next
      }
      if isFree(port) { return port }
    }
    throw CocoaError(.featureUnsupported)
  }

  private static let ports = 12_000..<32_000
  /// Others may test on this machine, too.
  private static let nextPort = Mutex(Int.random(in: ports))

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
