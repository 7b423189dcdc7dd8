import Foundation
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("The Redis client on a real Redis")
struct RedisClientTests {
  /// Whether a connection of the server waits in a blocking command.
  private func isAnyoneBlocked(client: RedisClient) async throws -> Bool {
    try await client.send(RedisCommand("INFO", "clients")).string?.contains("blocked_clients:1") == true
  }

  @Test("ten thousand commands at once each get their own reply")
  func pipelining() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url, commandTimeout: Patience.command) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<10_000 {
            group.addTask {
              try await client.send(RedisCommand("ECHO", "\(number)")).string == "\(number)"
            }
          }
          for try await isRight in group { #expect(isRight) }
        }
      }
    }
  }

  @Test("an error reply names server and command, and no argument")
  func errorReply() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        let error = await #expect(throws: RedisError.self) {
          try await client.send(RedisCommand("INCRBY", "key", "hunter2"))
        }
        guard case .replied(let server, "INCRBY", _) = error else {
          Issue.record("unexpected: \(String(describing: error))")
          return
        }
        #expect(server == redis.url)
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("hunter2") == false)
      }
    }
  }

  @Test("a server that stalls is given up after the deadline, and found again when it goes on")
  func stall() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url, commandTimeout: .milliseconds(500)) { client in
        try await eventually("the client is connected") { await client.isServed() }
        redis.pause()
        await #expect(
          throws: RedisError.timedOut(server: redis.url, command: "PING", after: .milliseconds(500))
        ) {
          try await client.send(RedisCommand("PING"))
        }
        await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
        redis.resume()
        try await eventually("the client is connected again") { await client.isServed() }
      }
    }
  }

  @Test("commands fail while the server is away and succeed when it is back")
  func restart() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        _ = try await client.send(RedisCommand("SET", "kept", "yes"))
        await redis.kill()
        try await eventually("commands fail at once") {
          do {
            _ = try await client.send(RedisCommand("PING"))
            return false
          } catch RedisError.unavailable {
            return true
          } catch {
            return false
          }
        }
        try await redis.start()
        try await eventually("the client is connected again") { await client.isServed() }
        let kept = try await client.send(RedisCommand("GET", "kept")).string
        #expect(kept == "yes")
      }
    }
  }

  @Test("a connection that the server cuts is made anew, and waiting commands are told")
  func cut() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        let id = try #require(try await client.send(RedisCommand("CLIENT", "ID")).integer)
        let blocked = Task {
          try await client.send(RedisCommand("BLPOP", "nothing", "0"), deadline: .seconds(3600))
        }
        try await RedisClientLab.with(redis.url) { other in
          try await eventually("the command blocks") { try await isAnyoneBlocked(client: other) }
          _ = try await other.send(RedisCommand("CLIENT", "KILL", "ID", "\(id)"))
        }
        await #expect(throws: RedisError.connectionLost(server: redis.url, command: "BLPOP")) {
          try await blocked.value
        }
        try await eventually("there is another connection") {
          let now = try? await client.send(RedisCommand("CLIENT", "ID")).integer
          return now != nil && now != id
        }
      }
    }
  }

  @Test("a cancelled wait for something that blocks returns")
  func cancel() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        let waiting = Task {
          try await client.send(RedisCommand("BLPOP", "nothing", "0"), deadline: .seconds(3600))
        }
        try await RedisClientLab.with(redis.url) { other in
          try await eventually("the command blocks") { try await isAnyoneBlocked(client: other) }
        }
        waiting.cancel()
        await #expect(throws: RedisError.self) { try await waiting.value }
      }
    }
  }

  @Test("user, password and database are used, and a wrong password is said without being shown")
  func logIn() async throws {
    try await RedisServer.with(options: ["--user", "ann", "on", ">p:w", "~*", "+@all"]) { redis in
      let path = redis.socket
      try await RedisClientLab.with("unix://ann:p%3Aw@\(path)?db=3") { client in
        let name = try await client.send(RedisCommand("ACL", "WHOAMI")).string
        #expect(name == "ann")
        let connection = try await client.send(RedisCommand("CLIENT", "INFO")).string
        #expect(connection?.contains("db=3") == true)
      }
      try await RedisClientLab.with("unix://ann:hunter2@\(path)") { client in
        let error = try await eventually("the refusal is known") { () -> RedisError? in
          do throws(RedisError) {
            _ = try await client.send(RedisCommand("PING"))
            return nil
          } catch {
            if case .refused = error { return error } else { return nil }
          }
        }
        #expect("\(error)".contains("WRONGPASS"))
        #expect(!"\(error)".contains("hunter2"))
      }
    }
  }

  @Test("TLS is spoken with a server whose certificate can be verified, and with no other")
  func tls() async throws {
    let port = try RedisServer.freePort()
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let options = [
      "--tls-port", "\(port)", "--tls-cert-file", certificates.certificate, "--tls-key-file",
      certificates.key,
      "--tls-auth-clients", "no",
    ]
    try await RedisServer.with(options: options) { _ in
      try await RedisClientLab.with("rediss://localhost:\(port)?cafile=\(certificates.authority)") { client in
        #expect(await client.isServed())
      }
      try await RedisClientLab.with("rediss://localhost:\(port)") { client in
        await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
      }
    }
  }

  @Test("a subscriber hears messages, and subscribes again after a cut")
  func subscriber() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        let heard = Mutex<[String]>([])
        let subscriptions = Atomic(0)
        let subscriber = RedisSubscriber(
          configuration: try RedisConfiguration(url: redis.url), channel: "news", purpose: "test",
          logger: Logger(label: "test"),
          onMessage: { message in heard.withLock { $0.append(String(buffer: message)) } },
          onSubscribed: { _ in subscriptions.add(1, ordering: .relaxed) })
        let running = Task { try await subscriber.run() }
        try await eventually("it is subscribed") { subscriptions.load(ordering: .relaxed) == 1 }
        _ = try await client.send(RedisCommand("PUBLISH", "news", "one"))
        try await eventually("the message is heard") { heard.withLock { $0 } == ["one"] }
        _ = try await client.send(RedisCommand("CLIENT", "KILL", "TYPE", "pubsub"))
        try await eventually("it is subscribed again") { subscriptions.load(ordering: .relaxed) == 2 }
        _ = try await client.send(RedisCommand("PUBLISH", "news", "two"))
        try await eventually("the next message is heard") { heard.withLock { $0 } == ["one", "two"] }
        running.cancel()
        try await running.value
      }
    }
  }
}
