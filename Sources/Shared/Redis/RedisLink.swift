import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// One connection to Redis at a time, on one event loop, made anew when it ends.
final class RedisLink: Sendable {
  private typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>

  private enum State {
    /// The first connection, or the one after a loss, is under way: commands wait for it, within their time.
    case connecting
    case connected(RedisConnection)
    /// The last attempt failed; the next is to come.
    case away(RedisError)
    case stopped
  }

  private struct Guarded {
    var state = State.connecting
    var waiters: [UInt64: Waiter] = [:]
    var lastWaiter: UInt64 = 0
  }

  /// A connection that ends sooner than this has not shown that Redis is well; the next is made after a pause.
  private static let provenAfter = Duration.seconds(1)

  private let configuration: RedisConfiguration
  private let connector: RedisConnector
  private let logger: Logger
  private let guarded = Mutex(Guarded())

  init(configuration: RedisConfiguration, eventLoop: any EventLoop, logger: Logger, purpose: String) {
    self.configuration = configuration
    self.logger = logger
    connector = RedisConnector(configuration: configuration, eventLoop: eventLoop, purpose: purpose)
  }

  private var server: String { configuration.description }

  // MARK: - Commands

  /// ``RedisClient/send(_:deadline:)``.
  func send(_ command: RedisCommand, deadline: Duration? = nil) async throws(RedisError) -> RESPValue {
    let timeout = deadline ?? configuration.commandTimeout + command.timeForItsSize
    let end = ContinuousClock.now + timeout
    let connection: RedisConnection
    if let known = outcome(of: guarded.withLock { $0.state }) {
      connection = try known.get()
    } else {
      let late = RedisError.timedOut(server: server, command: command.name, after: timeout)
      connection = try await waitForConnection(atMost: timeout, else: late).get()
    }
    return try await connection.send(
      command, timeout: timeout, deadline: end, isCancellable: deadline != nil)
  }

  /// The connection, or why there is none. Nil while one is being made.
  private func outcome(of state: State) -> Result<RedisConnection, RedisError>? {
    switch state {
    case .connecting: nil
    case .connected(let connection): .success(connection)
    case .away(let error): .failure(error)
    case .stopped: .failure(.unavailable(server: server, reason: "the client has stopped"))
    }
  }

  private func waitForConnection(
    atMost timeout: Duration, else late: RedisError
  ) async -> Result<RedisConnection, RedisError> {
    await withCheckedContinuation { waiter in
      let id: UInt64? = guarded.withLock { guarded in
        if let outcome = outcome(of: guarded.state) {
          waiter.resume(returning: outcome)
          return nil
        }
        guarded.lastWaiter += 1
        guarded.waiters[guarded.lastWaiter] = waiter
        return guarded.lastWaiter
      }
      guard let id else { return }
      connector.eventLoop.scheduleTask(in: .milliseconds(timeout.wholeMilliseconds)) {
        let waiter = self.guarded.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.resume(returning: .failure(late))
      }
    }
  }

  private func enter(_ state: State) {
    let outcome = outcome(of: state)
    let waiters = guarded.withLock { guarded in
      guarded.state = state
      guard outcome != nil else { return [UInt64: Waiter]() }
      defer { guarded.waiters = [:] }
      return guarded.waiters
    }
    guard let outcome else { return }
    for waiter in waiters.values { waiter.resume(returning: outcome) }
  }

  // MARK: - Life

  /// ``RedisClient/run()``.
  func run() async {
    await cancelWhenGracefulShutdown { await self.keepConnected() }
    enter(.stopped)
  }

  private func keepConnected() async {
    var backoff = ReconnectBackoff()
    var wasLost = false
    while !Task.isCancelled {
      do {
        let connection = try await connector.connect()
        let start = ContinuousClock.now
        logger.log(
          level: wasLost ? .notice : .debug, "connected to Redis", metadata: ["server": "\(server)"])
        await hold(connection)
        guard !Task.isCancelled else { return }
        logger.warning("the connection to Redis was lost", metadata: ["server": "\(server)"])
        wasLost = true
        enter(.connecting)
        if .now - start >= Self.provenAfter {
          backoff.reset()
          continue
        }
      } catch {
        if !isAway { logger.error("\(error)") }
        wasLost = true
        enter(.away(error))
      }
      try? await Task.sleep(for: backoff.next(chance: .random(in: 0..<1)))
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
      connection.closeWhenDrained()
    }
  }
}
