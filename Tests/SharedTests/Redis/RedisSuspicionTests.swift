import Foundation
import Logging
import NIOPosix
import TestSupport
import Testing

@testable import Shared

@Suite("A Redis that stalls")
struct RedisSuspicionTests {
  private static let loops = MultiThreadedEventLoopGroup.singleton

  /// Runs `body` with a client that has a connection for each event loop, all of them made.
  private func withClient(
    _ url: String, timeout: Duration, _ body: (RedisClient) async throws -> Void
  ) async throws {
    var configuration = try RedisConfiguration(url: url)
    configuration.commandTimeout = timeout
    let client = RedisClient(
      configuration: configuration, eventLoopGroup: Self.loops, logger: Logger(label: "test"),
      purpose: "suspicion", perEventLoop: true)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await client.run() }
      defer { group.cancelAll() }
      try await eventually("all connections are made") {
        try await client.send(RedisCommand("CLIENT", "LIST"), deadline: .seconds(30)).string?
          .components(separatedBy: "name=sluice-suspicion").count == 1 + min(8, loopCount)
      }
      try await body(client)
    }
  }

  private var loopCount: Int { Self.loops.makeIterator().reduce(0) { count, _ in count + 1 } }

  /// What commands come to that take turns among the connections, as those from outside an event loop do.
  private func errors(of client: RedisClient) async -> [RedisError?] {
    await withTaskGroup(of: RedisError?.self) { group in
      for _ in 0..<2 * loopCount {
        group.addTask {
          do throws(RedisError) {
            _ = try await client.send(RedisCommand("GET", "key"))
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  @Test("a pause within a command's time fails nobody", arguments: ["ALL", "WRITE"])
  func shortPause(of kind: String) async throws {
    try await RedisServer.with { redis in
      try await withClient(redis.url, timeout: Patience.command) { client in
        _ = try await client.send(RedisCommand("CLIENT", "PAUSE", "500", kind))
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<100 {
            group.addTask { _ = try await client.send(RedisCommand("SET", "key\(number)", "value")) }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test("after the first time-out every command fails unsent, on all connections, until Redis answers")
  func suspect() async throws {
    try await RedisServer.with { redis in
      try await withClient(redis.url, timeout: .seconds(1)) { client in
        redis.pause()
        await #expect(
          throws: RedisError.timedOut(server: redis.url, command: "INCR", after: .seconds(1))
        ) {
          try await client.send(RedisCommand("INCR", "n"))
        }
        for _ in 0..<20 {
          let errors = await errors(of: client)
          #expect(errors.allSatisfy { $0 == .suspect(server: redis.url) }, "\(errors)")
        }
        redis.resume()
        try await eventually("it answers again") { await errors(of: client).allSatisfy { $0 == nil } }
        // What was given up took effect, once, and its late reply was nobody else's.
        let count = try await client.send(RedisCommand("GET", "n")).string
        #expect(count == "1")
      }
    }
  }

  @Test("a Redis that lets nobody write is suspect until it does, though it answers what only reads")
  func writePause() async throws {
    try await RedisServer.with { redis in
      try await withClient(redis.url, timeout: .seconds(1)) { client in
        try await RedisClientLab.with(redis.url) { other in
          _ = try await other.send(RedisCommand("CLIENT", "PAUSE", "600000", "WRITE"))
          await #expect(throws: RedisError.self) { try await client.send(RedisCommand("SET", "key", "1")) }
          for _ in 0..<20 {
            let isServed = try await other.send(RedisCommand("PING")).string == "PONG"
            #expect(isServed)
            let errors = await errors(of: client)
            #expect(errors.allSatisfy { $0 == .suspect(server: redis.url) }, "\(errors)")
          }
          _ = try await other.send(RedisCommand("CLIENT", "UNPAUSE"))
          try await eventually("it answers again") { await errors(of: client).allSatisfy { $0 == nil } }
        }
      }
    }
  }

  @Test("connections that are cut without a word are replaced, each, while Redis answers on new ones")
  func cut() async throws {
    try await RedisServer.with { redis in
      try await CutRelay.with(socket: redis.socket) { relay in
        try await withClient(relay.url, timeout: .seconds(1)) { client in
          #expect(relay.freeze("sluice-suspicion") == min(8, loopCount))
          await #expect(throws: RedisError.self) { try await client.send(RedisCommand("GET", "key")) }
          try await eventually("new connections are made for all") {
            let errors = await errors(of: client)
            return errors.allSatisfy { $0 == nil }
          }
        }
      }
    }
  }
}
