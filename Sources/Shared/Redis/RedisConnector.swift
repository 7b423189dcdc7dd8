import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Makes connections that are ready for commands: connected, encrypted where wanted, logged in, to a server that can be
/// used.
struct RedisConnector: Sendable {
  let topology: RedisTopology
  let eventLoop: any EventLoop
  /// Shown by Redis' `CLIENT LIST`.
  let purpose: String
  /// Takes the messages of a subscribed connection.
  var onMessage: (@Sendable (ByteBuffer) -> Void)?
  /// Whether a connection is ready only once Redis does work over it.
  var probes = false
  private let tls = RedisTLS()

  var configuration: RedisConfiguration { topology.configuration }

  /// One server, and the address of it that is tried now.
  private struct Place {
    let address: RedisConfiguration.Address
    let socket: SocketAddress
    let server: String
  }

  /// Returns once Redis has answered over it. All addresses of a name are tried in turn. Throws
  /// ``RedisError/refused(server:_:)`` for a server that cannot be used, and ``RedisError/unavailable(server:reason:)``
  /// for whatever else goes wrong.
  func connect() async throws(RedisError) -> RedisConnection {
    let address = try await topology.locate()
    let deadline = ContinuousClock.now + configuration.patience
    let tls = try tlsContext()
    var places = try await places(of: address, until: deadline)
    var failure: RedisError?
    while let place = places.popFirst() {
      // Those behind it are left their part of the time.
      let share = (deadline - .now) / (places.count + 1)
      do {
        return try await connect(to: place, tls, within: share)
      } catch {
        // What a server says of itself tells more than that another is away.
        if case .refused = failure { continue }
        failure = error
      }
    }
    throw failure ?? .unavailable(server: configuration.description(of: address), reason: "it has no address")
  }

  private func places(
    of address: RedisConfiguration.Address, until deadline: ContinuousClock.Instant
  ) async throws(RedisError) -> ArraySlice<Place> {
    let server = configuration.description(of: address)
    do {
      let sockets =
        switch address {
        case .unix(let path): [try SocketAddress(unixDomainSocketPath: path)]
        case .tcp(let host, let port):
          try await HostLookup(eventLoop: eventLoop)
            .addresses(of: host, port: port, within: deadline - .now)
        }
      return sockets.map { Place(address: address, socket: $0, server: server) }[...]
    } catch {
      throw .unavailable(server: server, reason: Self.reason(of: error))
    }
  }

  private func connect(
    to place: Place, _ tls: NIOSSLContext?, within time: Duration
  ) async throws(RedisError) -> RedisConnection {
    let deadline = ContinuousClock.now + time
    let connection: RedisConnection
    do {
      connection = try await open(place, tls, within: time)
    } catch {
      throw .unavailable(server: place.server, reason: Self.reason(of: error))
    }
    do {
      try await RedisGreeting(
        configuration: configuration, server: place.server, name: "sluice-\(purpose)", probes: probes,
        deadline: deadline, errors: topology.errors
      ).perform(over: connection)
    } catch {
      connection.close()
      switch error {
      case .refused(let server, .replica) where configuration.sentinels != nil:
        throw .refused(server: server, .notYetMaster)
      case .refused: throw error
      default: throw .unavailable(server: place.server, reason: reason(of: error))
      }
    }
    topology.hasAnswered.store(true, ordering: .relaxed)
    connection.report(to: RedisLookout(topology: topology, address: place.address))
    return connection
  }

  private func open(_ place: Place, _ tls: NIOSSLContext?, within time: Duration) async throws
    -> RedisConnection
  {
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(.milliseconds(max(time.wholeMilliseconds, 1)))
      .channelOption(.socketOption(.so_keepalive), value: 1)
    let initializer: @Sendable (any Channel) -> EventLoopFuture<RedisConnection> = { channel in
      channel.eventLoop.makeCompletedFuture {
        if let tls {
          try channel.pipeline.syncOperations.addHandler(RedisTLS.handler(tls, for: place.address))
        }
        let handler = try RedisChannelHandler(server: place.server, onMessage: onMessage)
        try channel.pipeline.syncOperations.addHandler(handler)
        let connection = RedisConnection(server: place.server, channel: channel, handler: handler)
        // From its beginning, so that it is not waited for when another server becomes the master meanwhile.
        topology.hold(connection, at: place.address)
        return connection
      }
    }
    if case .unix = place.address {
      return try await bootstrap.connect(to: place.socket, channelInitializer: initializer)
    }
    return try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connect(to: place.socket, channelInitializer: initializer)
  }

  // MARK: - TLS

  private func tlsContext() throws(RedisError) -> NIOSSLContext? {
    guard configuration.usesTLS else { return nil }
    do { return try tls.context(for: configuration) } catch {
      throw .unavailable(server: configuration.description, reason: "\(error)")
    }
  }

  private static func reason(of error: any Error) -> String {
    switch error {
    case let error as HostLookup.UnknownName: return "the name \"\(error.host)\" cannot be resolved"
    case let error as IOError: return error.localizedReason
    case ChannelError.connectTimeout: return "connecting took too long"
    case is ChannelError: return "the connection was closed while it was made"
    default: return RedisTLSFault(error).map(String.init(describing:)) ?? "\(error)"
    }
  }

  /// What went wrong while logging in, without naming the server again.
  private func reason(of error: RedisError) -> String {
    switch error {
    case .timedOut(_, "HELLO", let after) where configuration.usesTLS:
      "it did not answer HELLO within \(after.wholeMilliseconds) ms; if it speaks no TLS on this port, write redis://"
    case .connectionLost where !configuration.usesTLS && !topology.hasAnswered.load(ordering: .relaxed):
      "it ended the connection while Sluice logged in; if it speaks TLS on this port, write rediss://"
    case .replied(_, let command, let message): "it answered \(command) with: \(message)"
    case .timedOut(_, let command, let after):
      "it did not answer \(command) within \(after.wholeMilliseconds) ms"
    case .connectionLost: "it ended the connection while Sluice logged in"
    case .protocolViolation(_, _, let reason), .unavailable(_, let reason): reason
    case .cancelled, .suspect, .refused: "\(error)"
    }
  }
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
