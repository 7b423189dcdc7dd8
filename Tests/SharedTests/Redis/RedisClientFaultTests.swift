import Logging
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("The Redis client and what can go wrong")
struct RedisClientFaultTests {
  /// The reason for which there is no connection, once that is known.
  private func refusal(_ client: RedisClient) async throws -> String {
    try await eventually("the refusal is known") { () -> String? in
      do throws(RedisError) {
        _ = try await client.send(RedisCommand("PING"))
        return nil
      } catch {
        switch error {
        case .unavailable(_, let reason): return reason
        case .refused(_, let refusal): return "\(refusal)"
        default: return nil
        }
      }
    }
  }

  @Test("a short deadline holds also after a command with a long one")
  func mixedDeadlines() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        _ = try await client.send(RedisCommand("PING"), deadline: .seconds(3600))
        redis.pause()
        defer { redis.resume() }
        let error = Mutex<RedisError?>(nil)
        async let late: Void = {
          do throws(RedisError) {
            _ = try await client.send(RedisCommand("PING"), deadline: .milliseconds(100))
          } catch let failure {
            error.withLock { $0 = failure }
          }
        }()
        try await eventually("the command is given up") { error.withLock { $0 } != nil }
        await late
        #expect(
          error.withLock { $0 }
            == .timedOut(server: redis.url, command: "PING", after: .milliseconds(100)))
      }
    }
  }

  @Test("a task that is cancelled already does not begin to block")
  func cancelledBefore() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { client in
        #expect(await client.isServed())
        let blocked = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          // Redis ends the wait itself, should the client not.
          return try await client.send(RedisCommand("BLPOP", "nothing", "20"), deadline: .seconds(30))
        }
        await #expect(throws: RedisError.cancelled(server: redis.url, command: "BLPOP")) {
          try await blocked.value
        }
        #expect(await client.isServed(), "the connection is free for others")
      }
    }
  }

  @Test("a paused server fails commands in time, and serves again when the pause is over")
  func clientPause() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url, commandTimeout: .milliseconds(200)) { client in
        try await eventually("the client is connected") { await client.isServed() }
        // A busy machine may take longer for this than the short time that is under test.
        _ = try await client.send(RedisCommand("CLIENT", "PAUSE", "5000", "ALL"), deadline: .seconds(30))
        await #expect(throws: RedisError.self) { try await client.send(RedisCommand("GET", "key")) }
        try await eventually("the client is served again") { await client.isServed() }
      }
    }
  }

  @Test("commands over TCP are answered, and a port where nobody listens is said to refuse")
  func tcp() async throws {
    let port = try RedisServer.freePort()
    try await RedisServer.with(options: ["--port", "\(port)"]) { _ in
      try await RedisClientLab.with("redis://localhost:\(port)/1") { client in
        #expect(await client.isServed())
      }
    }
    try await RedisClientLab.with("redis://127.0.0.1:\(port)") { client in
      let reason = try await refusal(client)
      #expect(reason == "the connection was refused")
    }
  }

  @Test("a certificate that cannot be verified is named as the reason")
  func unverifiable() async throws {
    let port = try RedisServer.freePort()
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let options = [
      "--tls-port", "\(port)", "--tls-cert-file", certificates.certificate, "--tls-key-file",
      certificates.key, "--tls-auth-clients", "no",
    ]
    try await RedisServer.with(options: options) { redis in
      try await RedisClientLab.with("rediss://localhost:\(port)") { client in
        let reason = try await refusal(client)
        #expect(reason.contains("signed by nobody known"))
      }
      // The stalled server says no farewell either; the client must not wait for one.
      try await RedisClientLab.with(
        "rediss://localhost:\(port)?cafile=\(certificates.authority)", commandTimeout: .seconds(2)
      ) { client in
        try await eventually("the client is connected") { await client.isServed() }
        redis.pause()
        await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
        await #expect(throws: RedisError.suspect(server: "rediss://localhost:\(port)/0")) {
          try await client.send(RedisCommand("PING"))
        }
        redis.resume()
        try await eventually("the client is connected again") { await client.isServed() }
      }
    }
  }

  @Test("a server that is no Redis is named as such")
  func noRedis() async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(WebServer()) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    try await RedisClientLab.with("redis://127.0.0.1:\(port)") { client in
      // On a busy machine an attempt may run out of time before anything is said.
      try await eventually("the refusal names it") { try await refusal(client).contains("Protocol error") }
    }
    try await server.close()
  }

  @Test("a missing password is named as the reason")
  func missingPassword() async throws {
    try await RedisServer.with(options: ["--requirepass", "hunter2"]) { redis in
      try await RedisClientLab.with(redis.url) { client in
        let reason = try await refusal(client)
        #expect(reason.contains("NOAUTH"))
      }
      try await RedisClientLab.with("unix://:hunter2@\(redis.socket)") { client in
        #expect(await client.isServed())
      }
    }
  }

  @Test("a connection that drains is answered what it has sent, and does not wait for what blocks")
  func drain() async throws {
    try await RedisServer.with { redis in
      try await RedisClientLab.with(redis.url) { other in
        // It is answered only once the pause is over, by when the connection has been told to end.
        _ = try await other.send(RedisCommand("CLIENT", "PAUSE", "60000", "WRITE"))
        let connector = RedisConnector(
          topology: RedisTopology(try RedisConfiguration(url: redis.url), logger: Logger(label: "test")),
          eventLoop: MultiThreadedEventLoopGroup.singleton.any(), purpose: "draining")
        let connection = try await connector.connect()
        let answer = Task { try await connection.send(RedisCommand("INCR", "n"), timeout: .seconds(60)) }
        try await eventually("the command is sent") {
          try await other.send(RedisCommand("CLIENT", "LIST")).string?.contains("cmd=incr") == true
        }
        let blocked = Task {
          try await connection.send(
            RedisCommand("BLPOP", "nothing", "0"), timeout: .seconds(60), isCancellable: true)
        }
        connection.closeWhenDrained()
        _ = try await other.send(RedisCommand("CLIENT", "UNPAUSE"))
        #expect(try await answer.value == .integer(1))
        await #expect(throws: RedisError.connectionLost(server: redis.url, command: "BLPOP")) {
          try await blocked.value
        }
        await connection.waitUntilClosed()
      }
    }
  }

  @Test("a subscriber notices a stalled server, and subscribes again when it goes on")
  func stalledSubscriber() async throws {
    try await RedisServer.with { redis in
      let subscriber = RedisSubscriber(
        configuration: try RedisConfiguration(url: redis.url), channel: "news", purpose: "test",
        logger: Logger(label: "test"),
        onMessage: { _ in })
      #expect(!subscriber.isSubscribed)
      let running = Task { try await subscriber.run() }
      try await eventually("it is subscribed") { subscriber.isSubscribed }
      redis.pause()
      try await eventually("it notices") { !subscriber.isSubscribed }
      redis.resume()
      try await eventually("it is subscribed again") { subscriber.isSubscribed }
      running.cancel()
      try await running.value
      #expect(!subscriber.isSubscribed)
    }
  }

  @Test("a client that has stopped says so at once")
  func stopped() async throws {
    try await RedisServer.with { redis in
      let client = RedisClient(
        configuration: try RedisConfiguration(url: redis.url), logger: Logger(label: "test"), purpose: "test")
      let running = Task { try await client.run() }
      _ = try await client.send(RedisCommand("PING"), deadline: .seconds(30))
      running.cancel()
      try await running.value
      await #expect(throws: RedisError.unavailable(server: redis.url, reason: "the client has stopped")) {
        try await client.send(RedisCommand("PING"))
      }
    }
  }
}

/// Speaks first, and not as Redis does.
private final class WebServer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(
      wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")), promise: nil)
  }
}
