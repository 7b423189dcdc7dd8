import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Connections to Redis that come back: one, or one for each event loop.
///
/// While Redis is away commands fail at once, so that nothing piles up behind it. One that stalls is waited for, within
/// each command's time. Once that has run out for one, Redis is *suspect*: new commands fail at once, on all
/// connections, until a probe or a late reply comes over one of them; then commands take the connections that are
/// answered. What waits already goes on waiting. What blocks (`BZPOPMIN`) needs a client of its own.
public final class RedisClient: Service, Sendable {
  private let links: PerEventLoop<RedisLink>
  /// What only this client uses, and therefore runs.
  private let ownTopology: RedisTopology?
  /// How long a connection may be silent beyond what a blocking command waits for.
  let patience: Duration
  let configuration: RedisConfiguration
  /// Whom Redis takes it for; for people.
  let user: String
  /// What the server refused.
  let errors: RedisErrorLog

  /// `purpose` names the connections in Redis' `CLIENT LIST`, such as `api`. With `perEventLoop`, a command leaves on
  /// the loop that its task runs on, and commands of several loops are not in order.
  ///
  /// `topology` is what connections of a process share; whoever made it runs it.
  public convenience init(
    topology: RedisTopology,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger, purpose: String, perEventLoop: Bool = false
  ) {
    self.init(topology, isOwn: false, eventLoopGroup, logger, purpose, perEventLoop)
  }

  /// The same for a client that shares nothing.
  public convenience init(
    configuration: RedisConfiguration,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger, purpose: String, perEventLoop: Bool = false
  ) {
    let topology = RedisTopology(configuration, eventLoopGroup: eventLoopGroup, logger: logger)
    self.init(topology, isOwn: true, eventLoopGroup, logger, purpose, perEventLoop)
  }

  private init(
    _ topology: RedisTopology, isOwn: Bool, _ eventLoopGroup: any EventLoopGroup, _ logger: Logger,
    _ purpose: String, _ perEventLoop: Bool
  ) {
    ownTopology = isOwn ? topology : nil
    let configuration = topology.configuration
    self.configuration = configuration
    user = configuration.user ?? "default"
    errors = topology.errors
    let group: any EventLoopGroup = perEventLoop ? eventLoopGroup : eventLoopGroup.any()
    patience = configuration.patience
    let watch = RedisWatch(server: configuration.description, purpose: purpose, logger: logger)
    var loops = group.makeIterator()
    let first = loops.next()
    links = PerEventLoop(group) { loop in
      // All of them lose Redis at once; one says so.
      let logger = loop === first ? logger : Logger(label: logger.label) { _ in SwiftLogNoOpLogHandler() }
      return RedisLink(
        topology: topology, eventLoop: loop, watch: watch, logger: logger, purpose: purpose)
    }
  }

  /// Sends a command and returns its reply. Throws ``RedisError`` for an error reply, too.
  ///
  /// It takes at most the configured command time-out, or `deadline` where one is given: that is for commands
  /// that block, and only those are abandoned when the task is cancelled.
  public func send(_ command: RedisCommand, deadline: Duration? = nil) async throws(RedisError) -> RESPValue {
    let own = links.current
    if let connection = own.trusted {
      return try await own.send(command, over: connection, deadline: deadline)
    }
    for link in links.all {
      guard let connection = link.trusted else { continue }
      return try await link.send(command, over: connection, deadline: deadline)
    }
    return try await own.sendOnceConnected(command, deadline: deadline)
  }

  /// Sends commands over one connection, one behind the other, and returns their replies at the same places. Others may
  /// come between. A command may take its own time: what an ordinary one may, and `extra` for those behind it that are
  /// held up by what blocks.
  ///
  /// Throws ``RedisError`` when nothing was sent.
  func send(
    _ commands: [RedisCommand], extra: Duration
  ) async throws(RedisError) -> [Result<RESPValue, RedisError>] {
    guard let name = commands.first?.name else { return [] }
    let own = links.current
    let trusted = own.trusted ?? links.all.lazy.compactMap(\.trusted).first
    let connection = if let trusted { trusted } else { try await own.connection(for: name) }
    let sizes = commands.reduce(Duration.zero) { $0 + $1.timeForItsSize }
    let timeouts = commands.map { command in
      configuration.commandTimeout + sizes + (command.name == commands.last?.name ? extra : .zero)
    }
    return await connection.send(commands, timeouts: timeouts)
  }

  /// Keeps the connections until the task is cancelled or the process shuts down gracefully. What uses the
  /// client must have stopped by then; what it has sent is still answered, within its deadline.
  public func run() async throws {
    await withTaskGroup(of: Void.self) { looking in
      if let ownTopology { looking.addTask { try? await ownTopology.run() } }
      await withTaskGroup(of: Void.self) { group in
        for link in links.all { group.addTask { await link.run() } }
      }
      looking.cancelAll()
    }
  }
}
