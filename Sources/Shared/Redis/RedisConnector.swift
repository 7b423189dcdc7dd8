import NIOCore
import NIOPosix
import NIOSSL

/// Makes connections that are ready for commands: connected, encrypted where wanted, logged in.
struct RedisConnector: Sendable {
  let configuration: RedisConfiguration
  let eventLoop: any EventLoop
  /// Shown by Redis' `CLIENT LIST`.
  let purpose: String
  /// Takes the messages of a subscribed connection.
  var onMessage: (@Sendable (ByteBuffer) -> Void)?
  /// Whether a connection is ready only once Redis does work over it.
  var probes = false

  private var server: String { configuration.description }

  /// Returns once Redis has answered over it. Throws ``RedisError/unavailable(server:reason:)`` whatever goes wrong.
  func connect() async throws(RedisError) -> RedisConnection {
    let deadline = ContinuousClock.now + configuration.patience
    let tls = try tlsContext()
    let connection: RedisConnection
    do {
      connection = try await open(tls)
    } catch {
      throw .unavailable(server: server, reason: Self.reason(of: error))
    }
    do {
      try await logIn(connection, until: deadline)
    } catch {
      connection.close()
      throw .unavailable(server: server, reason: Self.reason(of: error))
    }
    return connection
  }

  private func open(_ tls: NIOSSLContext?) async throws -> RedisConnection {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(.milliseconds(configuration.patience.wholeMilliseconds))
      .channelOption(.socketOption(.so_keepalive), value: 1)
    let initializer: @Sendable (any Channel) -> EventLoopFuture<RedisConnection> = { channel in
      channel.eventLoop.makeCompletedFuture {
        if let tls {
          try channel.pipeline.syncOperations.addHandler(tlsHandler(tls))
        }
        let handler = try RedisChannelHandler(server: server, onMessage: onMessage)
        try channel.pipeline.syncOperations.addHandler(handler)
        return RedisConnection(server: server, channel: channel, handler: handler)
      }
    }
    switch configuration.address {
    case .tcp(let host, let port):
      return try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .connect(host: host, port: port, channelInitializer: initializer)
    case .unix(let path):
      return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
    }
  }

  private func logIn(
    _ connection: RedisConnection, until deadline: ContinuousClock.Instant
  ) async throws(RedisError) {
    func send(_ command: RedisCommand) async throws(RedisError) {
      _ = try await connection.send(command, timeout: configuration.patience, deadline: deadline)
    }
    if let password = configuration.password {
      var command = RedisCommand("AUTH")
      if let user = configuration.user { command.append(user) }
      command.append(password.reveal())
      try await send(command)
    }
    if configuration.database != 0 {
      try await send(RedisCommand("SELECT", String(configuration.database)))
    }
    do {
      try await send(RedisCommand("CLIENT", "SETNAME", "sluice-\(purpose)"))
    } catch .replied(_, _, let message) where message.hasPrefix("NOPERM") {
      // A user who may not name itself is a user all the same.
    }
    guard probes else { return }
    do { try await send(.probe) } catch .replied {
      // Any reply is one.
    }
  }

  // MARK: - TLS

  private func tlsContext() throws(RedisError) -> NIOSSLContext? {
    guard configuration.usesTLS else { return nil }
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = configuration.trustRootsPath { tls.trustRoots = .file(path) }
    // A stalled server says no farewell; waiting the usual 5 s for it would hold up the next connection.
    tls.shutdownTimeout = .milliseconds(200)
    do {
      return try NIOSSLContext(configuration: tls)
    } catch {
      throw .unavailable(server: server, reason: "TLS cannot be set up: \(error)")
    }
  }

  private func tlsHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
    // A certificate for an address is verified against the address connected to, without a name.
    guard case .tcp(let host, _) = configuration.address,
      (try? SocketAddress(ipAddress: host, port: 0)) == nil
    else { return try NIOSSLClientHandler(context: context, serverHostname: nil) }
    return try NIOSSLClientHandler(context: context, serverHostname: host)
  }

  private static func reason(of error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first { return reason(of: first.error) }
      return "the name \"\(error.host)\" cannot be resolved"
    case let error as IOError: return error.localizedReason
    case ChannelError.connectTimeout: return "connecting took too long"
    default: return "\(error)"
    }
  }

  /// What went wrong while logging in, without naming the server again.
  private static func reason(of error: RedisError) -> String {
    switch error {
    case .replied(_, let command, let message): "it answered \(command) with: \(message)"
    case .timedOut(_, let command, let after):
      "it did not answer \(command) within \(after.wholeMilliseconds) ms"
    case .connectionLost: "it ended the connection while Sluice logged in"
    case .protocolViolation(_, _, let reason), .unavailable(_, let reason): reason
    case .cancelled, .suspect: "\(error)"
    }
  }
}

extension RedisCommand {
  /// Whether Redis does work. It does nothing, but waits like a step of the queue: a `PING` is also answered by a Redis
  /// that lets nobody write (`CLIENT PAUSE … WRITE`, as at a failover).
  static var probe: RedisCommand { RedisCommand("PUBLISH", "sluice:probe", "") }
}

extension IOError {
  /// The system's words for the error, without NIO's around them.
  fileprivate var localizedReason: String {
    switch errnoCode {
    case ECONNREFUSED: "the connection was refused"
    case ENOENT: "there is no such socket"
    case EACCES: "the socket may not be used"
    case EHOSTUNREACH, ENETUNREACH: "there is no route to it"
    default: description
    }
  }
}
