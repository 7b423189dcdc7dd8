import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Where the server is that holds everything, asked before each connection: at one address, or where the majority of
/// sentinels says.
///
/// A process has one, which its connections share. It knows all of them: when sentinels name another master, or a
/// server says that it is none, all connections to the former one are closed at once, those being made too, so that
/// nothing is sent there any more and nothing is believed that it says.
public final class RedisTopology: Service, Sendable {
  /// How often sentinels are asked although nobody wants to connect and none has named another.
  static let lookInterval = Duration.seconds(1)

  public let configuration: RedisConfiguration
  /// What the server refused.
  public let errors: RedisErrorLog
  /// Whether a server has answered: then it is known to speak as it is spoken to.
  let hasAnswered = Atomic(false)
  private let sentinels: SentinelGroup?
  private let logger: Logger
  private let roster = Mutex(RedisRoster<RedisConnection>())
  /// Who waits to connect again.
  private let resting = Mutex<[UInt64: AsyncStream<Void>.Continuation]>([:])
  private let lastRest = Atomic<UInt64>(0)

  /// It must run for sentinels to be asked.
  public init(
    _ configuration: RedisConfiguration,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, logger: Logger
  ) {
    self.configuration = configuration
    self.logger = logger
    errors = RedisErrorLog(server: configuration.description, logger: logger)
    sentinels = SentinelGroup(configuration, eventLoopGroup: eventLoopGroup, logger: logger)
  }

  /// Follows the sentinels, and says what the server refuses, until the task is cancelled or the process shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await self.follow() }
  }

  private func follow() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.errors.keepSaying() }
      guard let sentinels else { return }
      group.addTask { await sentinels.keepListening(lookingEvery: Self.lookInterval) }
      group.addTask {
        // Who wants to connect is told what is wrong.
        for await _ in sentinels.hints { _ = try? await self.locate() }
      }
    }
  }

  // MARK: - For connections

  /// Where to connect to now. Throws ``RedisError`` where no majority of sentinels agrees.
  func locate() async throws(RedisError) -> RedisConfiguration.Address {
    guard let sentinels else { return configuration.address }
    let question = roster.withLock { $0.ask() }
    let address = try await sentinels.master()
    let former = roster.withLock { $0.answer(question, address) }
    guard let former else { return address }
    logger.notice(
      "sentinels name the master", metadata: ["server": "\(configuration)", "master": "\(address)"])
    for connection in former { connection.close() }
    for waiting in resting.withLock({ Array($0.values) }) { waiting.yield() }
    return address
  }

  /// Takes in a connection that is being made, until it ends. One that leads to a former master is closed.
  func hold(_ connection: RedisConnection, at address: RedisConfiguration.Address) {
    let id = ObjectIdentifier(connection)
    guard roster.withLock({ $0.join(id, connection, at: address) }) else { return connection.close() }
    connection.whenClosed { [weak self] in self?.roster.withLock { $0.leave(id) } }
  }

  /// A server said that it is no master: no connection to it is of use, one that listens neither.
  func abandon(_ address: RedisConfiguration.Address) {
    let connections = roster.withLock { $0.members(at: address) }
    guard !connections.isEmpty else { return }
    logger.warning(
      "Redis is no master any more; connections to it are closed",
      metadata: [
        "server": "\(configuration.description(of: address))", "connections": "\(connections.count)",
      ])
    for connection in connections { connection.close() }
  }

  /// Waits before the next attempt to connect: for `pause`, or until another master is named.
  func rest(for pause: Duration) async {
    guard sentinels != nil else {
      try? await Task.sleep(for: pause)
      return
    }
    let (news, waiting) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = lastRest.add(1, ordering: .relaxed).newValue
    resting.withLock { $0[id] = waiting }
    defer { resting.withLock { $0[id] = nil } }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: pause) }
      group.addTask { for await _ in news { return } }
      await group.next()
      group.cancelAll()
    }
  }
}
