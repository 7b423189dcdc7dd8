import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A connection to Redis that comes back: one connection at a time, made anew when it ends.
///
/// While Redis is away commands fail at once, so that nothing piles up behind it. What blocks (`BZPOPMIN`)
/// needs a client of its own.
public final class RedisClient: Service, Sendable {
  private enum State {
    /// The first connection, or the one after a loss, is under way: commands wait for it, within their time.
    case connecting([UInt64: CheckedContinuation<RedisConnection?, Never>])
    case connected(RedisConnection)
    /// The last attempt failed; the next is to come.
    case away(RedisError)
    case stopped
  }

  private struct Guarded {
    var state = State.connecting([:])
    var nextWaiter: UInt64 = 0
  }

  private let configuration: RedisConfiguration
  private let connector: RedisConnector
  private let logger: Logger
  private let guarded = Mutex(Guarded())

  /// `purpose` names the connection in Redis' `CLIENT LIST`, such as `api`.
  public init(
    configuration: RedisConfiguration,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger, purpose: String
  ) {
    self.configuration = configuration
    self.logger = logger
    connector = RedisConnector(
      configuration: configuration, eventLoop: eventLoopGroup.any(), purpose: purpose)
  }

  private var server: String { configuration.description }

  // MARK: - Commands

  /// Sends a command and returns its reply. Throws ``RedisError`` for an error reply, too.
  ///
  /// It takes at most the configured command time-out, or `deadline` where one is given: that is for commands
  /// that block, and only those are abandoned when the task is cancelled.
  public func send(_ command: RedisCommand, deadline: Duration? = nil) async throws(RedisError) -> RESPValue {
    let timeout = deadline ?? configuration.commandTimeout
    let connection = try await connection(for: command, within: timeout)
    return try await connection.send(command, timeout: timeout, isCancellable: deadline != nil)
  }

  private func connection(
    for command: RedisCommand, within timeout: Duration
  ) async throws(RedisError) -> RedisConnection {
    switch guarded.withLock({ $0.state }) {
    case .connected(let connection): return connection
    case .away(let error): throw error
    case .stopped: throw .unavailable(server: server, reason: "the client has stopped")
    case .connecting:
      if let connection = await waitForConnection(atMost: timeout) { return connection }
      if case .away(let error) = guarded.withLock({ $0.state }) { throw error }
      throw .timedOut(server: server, command: command.name, after: timeout)
    }
  }

  private func waitForConnection(atMost timeout: Duration) async -> RedisConnection? {
    await withCheckedContinuation { continuation in
      let id: UInt64? = guarded.withLock { guarded in
        switch guarded.state {
        case .connecting(var waiters):
          guarded.nextWaiter += 1
          waiters[guarded.nextWaiter] = continuation
          guarded.state = .connecting(waiters)
          return guarded.nextWaiter
        case .connected(let connection):
          continuation.resume(returning: connection)
        case .away, .stopped:
          continuation.resume(returning: nil)
        }
        return nil
      }
      guard let id else { return }
      connector.eventLoop.scheduleTask(in: .milliseconds(timeout.wholeMilliseconds)) {
        self.giveUpWaiting(id)
      }
    }
  }

  private func giveUpWaiting(_ id: UInt64) {
    let waiter: CheckedContinuation<RedisConnection?, Never>? = guarded.withLock { guarded in
      guard case .connecting(var waiters) = guarded.state else { return nil }
      let waiter = waiters.removeValue(forKey: id)
      guarded.state = .connecting(waiters)
      return waiter
    }
    waiter?.resume(returning: nil)
  }

  private func enter(_ state: State) {
    let waiters = guarded.withLock { guarded in
      defer { guarded.state = state }
      if case .connecting(let waiters) = guarded.state { return waiters } else { return [:] }
    }
    let connection: RedisConnection? = if case .connected(let connection) = state { connection } else { nil }
    for waiter in waiters.values { waiter.resume(returning: connection) }
  }

  // MARK: - Life

  /// Keeps a connection until the task is cancelled or the process shuts down gracefully. What uses the
  /// client must have stopped by then.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await self.keepConnected() }
    enter(.stopped)
  }

  private func keepConnected() async {
    var backoff = ReconnectBackoff()
    var wasLost = false
    while !Task.isCancelled {
      do {
        let connection = try await connector.connect()
        backoff.reset()
        logger.log(
          level: wasLost ? .notice : .debug, "connected to Redis", metadata: ["server": "\(server)"])
        await hold(connection)
        guard !Task.isCancelled else { return }
        logger.warning("the connection to Redis was lost", metadata: ["server": "\(server)"])
        wasLost = true
        enter(.connecting([:]))
      } catch {
        if !isAway { logger.error("\(error)") }
        wasLost = true
        enter(.away(error))
        try? await Task.sleep(for: backoff.next(chance: .random(in: 0..<1)))
      }
    }
  }

  private var isAway: Bool {
    if case .away = guarded.withLock({ $0.state }) { true } else { false }
  }

  private func hold(_ connection: RedisConnection) async {
    enter(.connected(connection))
    await withTaskCancellationHandler {
      await connection.waitUntilClosed()
    } onCancel: {
      connection.close()
    }
  }
}
