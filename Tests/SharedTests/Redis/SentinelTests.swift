import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("Redis behind sentinels", .serialized)
struct SentinelTests {
  /// What a process has: connections for commands, for what blocks, and for what listens, which share a topology.
  private struct Process: Sendable {
    let topology: RedisTopology
    let commands: RedisClient
    let blocking: RedisClient
    let subscriber: RedisSubscriber
    let heard: Heard

    final class Heard: Sendable {
      private let messages = Mutex<Set<String>>([])
      func add(_ message: String) { _ = messages.withLock { $0.insert(message) } }
      func contains(_ message: String) -> Bool { messages.withLock { $0.contains(message) } }
    }

    static func with(_ url: String, timeout: Duration = .seconds(2), _ body: (Process) async throws -> Void)
      async throws
    {
      var configuration = try RedisConfiguration(url: url)
      configuration.commandTimeout = timeout
      let topology = RedisTopology(configuration, logger: .quiet)
      let heard = Heard()
      let process = Process(
        topology: topology, commands: RedisClient(topology: topology, logger: .quiet, purpose: "commands"),
        blocking: RedisClient(topology: topology, logger: .quiet, purpose: "blocking"),
        subscriber: RedisSubscriber(
          topology: topology, channel: "news", purpose: "listening", logger: .quiet,
          onMessage: { heard.add(String(buffer: $0)) }),
        heard: heard)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await topology.run() }
        group.addTask { try await process.commands.run() }
        group.addTask { try await process.blocking.run() }
        group.addTask { try await process.subscriber.run() }
        defer { group.cancelAll() }
        try await body(process)
      }
    }

    /// Returns once every kind of connection works.
    func untilAllWork() async throws {
      try await eventually("commands are taken") {
        (try? await commands.send(RedisCommand("SET", "key", "value")).string) == "OK"
      }
      try await eventually("what blocks is answered") {
        _ = try? await commands.send(RedisCommand("LPUSH", "list", "element"))
        return (try? await blocking.send(RedisCommand("BLPOP", "list", "1"), deadline: .seconds(3)).array)
          != nil
      }
      let message = "\(UInt64.random(in: 0 ... .max))"
      try await eventually("what is published is heard") {
        _ = try? await commands.send(RedisCommand("PUBLISH", "news", message))
        return heard.contains(message)
      }
    }

    /// The port of the server that answers.
    func port() async -> Int? {
      let text = try? await commands.send(RedisCommand("INFO", "server")).string
      let line = text?.split(whereSeparator: \.isNewline).first { $0.hasPrefix("tcp_port:") }
      return line.flatMap { Int($0.dropFirst("tcp_port:".count)) }
    }
  }

  @Test(
    "the master is killed: every kind of connection goes on at the next, and a returning master is left alone"
  )
  func killed() async throws {
    try await SentinelLab.with { lab in
      try await Process.with(lab.url) { process in
        try await process.untilAllWork()
        #expect(await process.port() == lab.ports[0])
        await lab.servers[0].kill()
        let next = try await lab.nextMaster(after: 0)
        try await process.untilAllWork()
        #expect(await process.port() == lab.ports[next])
        // For ten seconds it is a master like any other, as far as it knows.
        try await lab.servers[0].start()
        #expect(try await lab.ask(lab.ports[0], "ROLE").first == "master")
        let id = try #require(try await process.commands.send(RedisCommand("CLIENT", "ID")).integer)
        _ = try await lab.ask(lab.ports[next], "CLIENT KILL ID \(id)")
        _ = try await lab.ask(lab.ports[next], "CLIENT KILL TYPE pubsub")
        try await process.untilAllWork()
        #expect(await process.port() == lab.ports[next])
        let clients = try await lab.ask(lab.ports[0], "CLIENT LIST")
        #expect(!clients.contains { $0.contains("name=sluice-") }, "nobody connects to it: \(clients)")
      }
    }
  }

  @Test(
    "the master hangs: all go on at the next, and nothing that the former says when it goes on is believed")
  func paused() async throws {
    try await SentinelLab.with { lab in
      try await Process.with(lab.url) { process in
        try await process.untilAllWork()
        lab.servers[0].pause()
        let late = Task { try await process.commands.send(RedisCommand("SET", "late", "value")) }
        let next = try await lab.nextMaster(after: 0)
        try await process.untilAllWork()
        #expect(await process.port() == lab.ports[next])
        lab.servers[0].resume()
        await #expect(throws: RedisError.self) { try await late.value }
        try await lab.waitUntilReplica(0)
        try await process.untilAllWork()
        #expect(await process.port() == lab.ports[next])
      }
    }
  }

  @Test("while the majority of sentinels is away, connections stay, and none is made on a single one's word")
  func minority() async throws {
    try await SentinelLab.with { lab in
      try await Process.with(lab.url, timeout: .milliseconds(500)) { process in
        try await process.untilAllWork()
        await lab.sentinels[0].killNow()
        try await process.untilAllWork()
        await lab.sentinels[1].killNow()
        try await process.untilAllWork()
        _ = try await lab.ask(lab.ports[0], "CLIENT KILL TYPE normal")
        try await eventually("there is no connection, and that is why") {
          do throws(RedisError) {
            _ = try await process.commands.send(RedisCommand("PING"))
            return false
          } catch {
            guard case .unavailable(_, let reason) = error else { return false }
            return reason.contains("2 of 3 sentinels must name the same master")
          }
        }
      }
    }
  }

  @Test("sentinels and servers have passwords of their own")
  func passwords() async throws {
    try await SentinelLab.with(serverPassword: "one", sentinelPassword: "two") { lab in
      try await Process.with(lab.url) { process in try await process.untilAllWork() }
      let wrong = lab.url.replacing("sentinel_password=two", with: "sentinel_password=three")
      try await RedisClientLab.with(wrong) { client in
        try await eventually("the sentinels' refusal is told") {
          do throws(RedisError) {
            _ = try await client.send(RedisCommand("PING"))
            return false
          } catch {
            guard case .refused(let server, .wrongSentinelPassword) = error else { return false }
            return server.hasPrefix("sentinel://")
          }
        }
      }
    }
  }
}
