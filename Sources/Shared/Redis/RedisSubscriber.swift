import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Listens to one channel on a connection of its own, which comes back when it ends.
///
/// Messages sent while it is away are lost; whoever relies on them must look for themselves each time it has
/// subscribed anew, or listen to another channel each time.
public final class RedisSubscriber: Service, Sendable {
  /// How often the connection is tried. One that was cut without a sign is noticed within this and the time in which
  /// it must answer (``RedisConfiguration/patience``) together.
  static let pingInterval = Duration.seconds(2)
  /// One that ends sooner has not shown that Redis is well; the next is made after a longer pause.
  private static let provenAfter = Duration.seconds(1)

  private let connector: RedisConnector
  /// What only this subscriber uses, and therefore runs.
  private let ownTopology: RedisTopology?
  private let nextChannel: @Sendable () -> String
  private let logger: Logger
  private let onSubscribed: @Sendable (String) -> Void
  private let onLost: @Sendable () -> Void
  private let subscribed = Atomic(false)

  /// Whether messages are being heard, as far as is known.
  public var isSubscribed: Bool { subscribed.load(ordering: .relaxed) }

  /// `channel` is asked before each subscription; `purpose` names the connection in Redis' `CLIENT LIST`. Callbacks
  /// run on an event loop or a task and must not block.
  ///
  /// `topology` is what connections of a process share; whoever made it runs it.
  public convenience init(
    topology: RedisTopology, channel: @escaping @autoclosure @Sendable () -> String,
    purpose: String, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger,
    onMessage: @escaping @Sendable (ByteBuffer) -> Void,
    onSubscribed: @escaping @Sendable (_ channel: String) -> Void = { _ in },
    onLost: @escaping @Sendable () -> Void = {}
  ) {
    self.init(
      topology, isOwn: false, channel, purpose, eventLoopGroup, logger, onMessage, onSubscribed, onLost)
  }

  /// The same for a subscriber that shares nothing.
  public convenience init(
    configuration: RedisConfiguration, channel: @escaping @autoclosure @Sendable () -> String,
    purpose: String, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger,
    onMessage: @escaping @Sendable (ByteBuffer) -> Void,
    onSubscribed: @escaping @Sendable (_ channel: String) -> Void = { _ in },
    onLost: @escaping @Sendable () -> Void = {}
  ) {
    let topology = RedisTopology(configuration, eventLoopGroup: eventLoopGroup, logger: logger)
    self.init(
      topology, isOwn: true, channel, purpose, eventLoopGroup, logger, onMessage, onSubscribed, onLost)
  }

  private init(
    _ topology: RedisTopology, isOwn: Bool, _ channel: @escaping @Sendable () -> String, _ purpose: String,
    _ eventLoopGroup: any EventLoopGroup, _ logger: Logger,
    _ onMessage: @escaping @Sendable (ByteBuffer) -> Void,
    _ onSubscribed: @escaping @Sendable (String) -> Void,
    _ onLost: @escaping @Sendable () -> Void
  ) {
    ownTopology = isOwn ? topology : nil
    connector = RedisConnector(
      topology: topology, eventLoop: eventLoopGroup.any(), purpose: purpose, onMessage: onMessage)
    nextChannel = channel
    self.logger = logger
    self.onSubscribed = onSubscribed
    self.onLost = onLost
  }

  /// Listens until the task is cancelled or the process shuts down gracefully.
  public func run() async throws {
    await withTaskGroup(of: Void.self) { looking in
      if let ownTopology { looking.addTask { try? await ownTopology.run() } }
      await cancelWhenGracefulShutdown { await self.keepSubscribed() }
      looking.cancelAll()
    }
  }

  private func keepSubscribed() async {
    var backoff = ReconnectBackoff()
    var loss = PacedLine()
    while !Task.isCancelled {
      let channel = nextChannel()
      var start: ContinuousClock.Instant?
      do {
        let connection = try await connector.connect()
        defer { connection.close() }
        let command = RedisCommand("SUBSCRIBE", channel)
        _ = try await connection.send(command, timeout: connector.configuration.patience)
        // One that loads its data subscribes whoever asks, but has nothing to tell yet.
        try await ping(connection)
        start = .now
        note(channel, &loss)
        subscribed.store(true, ordering: .relaxed)
        defer {
          subscribed.store(false, ordering: .relaxed)
          onLost()
        }
        onSubscribed(channel)
        try await keepPinging(connection)
      } catch {
        guard !Task.isCancelled else { return }
        let lasted = start.map { .now - $0 } ?? .zero
        loss.rested(for: lasted)
        // Not left to the command connection to tell: a subscription alone can be refused, too.
        if let times = loss.next(now: .now) {
          logger.warning(
            "not subscribed",
            metadata: ["channel": "\(channel)", "error": "\(error)", "times": "\(times)"])
        }
        if lasted >= Self.provenAfter { backoff.reset() }
        await connector.topology.rest(for: backoff.next(chance: .random(in: 0..<1)))
      }
    }
  }

  /// It is subscribed: said where it was said that it was not.
  private func note(_ channel: String, _ loss: inout PacedLine) {
    let isNews = loss.ends()
    logger.log(level: isNews ? .notice : .debug, "subscribed", metadata: ["channel": "\(channel)"])
  }

  private func keepPinging(_ connection: RedisConnection) async throws {
    while true {
      try await Task.sleep(for: Self.pingInterval)
      try await ping(connection)
    }
  }

  /// Any reply shows that the connection lives. A `PING` that Redis refuses for good (a right that was taken away, a command
  /// that it does not have) takes nobody his messages; one that is refused for now (`LOADING`) says that there are none.
  private func ping(_ connection: RedisConnection) async throws(RedisError) {
    do {
      _ = try await connection.send(
        RedisCommand("PING"), timeout: connector.configuration.patience, isCancellable: true)
    } catch {
      guard case .replied(_, _, let message) = error, !RedisErrorReason(message: message).isPassing else {
        throw error
      }
    }
  }
}
