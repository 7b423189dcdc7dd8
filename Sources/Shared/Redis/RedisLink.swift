import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// One connection to Redis at a time, on one event loop, made anew when it ends or stays silent.
final class RedisLink: Sendable {
  private typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>

  private enum State {
    /// The first connection, or the one after a loss, is under way: commands wait for it, within their time.
    case connecting
    case connected(RedisConnection, RedisStanding)
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
  private let topology: RedisTopology
  private let connector: RedisConnector
  private let watch: RedisWatch
  private let logger: Logger
  private let guarded = Mutex(Guarded())

  init(
    topology: RedisTopology, eventLoop: any EventLoop, watch: RedisWatch, logger: Logger,
    purpose: String
  ) {
    configuration = topology.configuration
    self.topology = topology
    self.watch = watch
    self.logger = logger
    connector = RedisConnector(
      topology: topology, eventLoop: eventLoop, purpose: purpose, probes: true)
  }

  private var server: String { configuration.description }

  // MARK: - Commands

  /// The connection, where there is one that is not in doubt.
  var trusted: RedisConnection? {
    guard case .connected(let connection, let standing) = guarded.withLock({ $0.state }),
      !standing.isDoubted
    else { return nil }
    return connection
  }

  /// ``RedisClient/send(_:deadline:)`` over a connection that was there.
  func send(
    _ command: RedisCommand, over connection: RedisConnection, deadline: Duration?
  ) async throws(RedisError) -> RESPValue {
    try await connection.send(
      command, timeout: deadline ?? configuration.commandTimeout + command.timeForItsSize,
      isCancellable: deadline != nil)
  }

  /// The same without one: waits for the one that is being made, or says why there is none.
  func sendOnceConnected(
    _ command: RedisCommand, deadline: Duration?
  ) async throws(RedisError) -> RESPValue {
    guard !watch.isSuspect else { throw .suspect(server: server) }
    let timeout = deadline ?? configuration.commandTimeout + command.timeForItsSize
    let end = ContinuousClock.now + timeout
    let connection = try await waitForConnection(
      atMost: timeout, for: command.name, isCancellable: deadline != nil
    ).get()
    return try await connection.send(
      command, timeout: timeout, deadline: end, isCancellable: deadline != nil)
  }

  /// The connection that is trusted, or the one that is being made; throws ``RedisError`` where there is none within the
  /// time of a command. `name` is that of the command which wants it.
  func connection(for name: String) async throws(RedisError) -> RedisConnection {
    guard !watch.isSuspect else { throw .suspect(server: server) }
    return try await waitForConnection(atMost: configuration.commandTimeout, for: name, isCancellable: false)
      .get()
  }

  /// The connection, or why there is none. Nil while one is being made.
  private func outcome(of state: State) -> Result<RedisConnection, RedisError>? {
    switch state {
    case .connecting: nil
    case .connected(let connection, let standing):
      standing.isDoubted ? .failure(.suspect(server: server)) : .success(connection)
    case .away(let error): .failure(error)
    case .stopped: .failure(.unavailable(server: server, reason: "the client has stopped"))
    }
  }

  private func waitForConnection(
    atMost timeout: Duration, for command: String, isCancellable: Bool
  ) async -> Result<RedisConnection, RedisError> {
    let id = guarded.withLock { guarded in
      guarded.lastWaiter += 1
      return guarded.lastWaiter
    }
    // Nothing was sent.
    let late = RedisError.unavailable(
      server: server, reason: "there was no connection within \(timeout.wholeMilliseconds) ms")
    guard isCancellable else { return await wait(id, atMost: timeout, else: late) }
    let cancelled = RedisError.cancelled(server: server, command: command)
    return await withTaskCancellationHandler {
      await wait(id, atMost: timeout, else: late, ifCancelled: cancelled)
    } onCancel: {
      dismiss(id, with: cancelled)
    }
  }

  private func wait(
    _ id: UInt64, atMost timeout: Duration, else late: RedisError, ifCancelled cancelled: RedisError? = nil
  ) async -> Result<RedisConnection, RedisError> {
    await withCheckedContinuation { waiter in
      let outcome: Result<RedisConnection, RedisError>? = guarded.withLock { guarded in
        // Looked at under the lock: a cancellation is either seen here, or comes later and finds the waiter.
        if let cancelled, Task.isCancelled { return .failure(cancelled) }
        if let outcome = self.outcome(of: guarded.state) { return outcome }
        guarded.waiters[id] = waiter
        return nil
      }
      if let outcome { return waiter.resume(returning: outcome) }
      connector.eventLoop.scheduleTask(in: .milliseconds(timeout.wholeMilliseconds)) {
        self.dismiss(id, with: late)
      }
    }
  }

  private func dismiss(_ id: UInt64, with error: RedisError) {
    let waiter = guarded.withLock { $0.waiters.removeValue(forKey: id) }
    waiter?.resume(returning: .failure(error))
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
    var (losses, absence) = (PacedLine(), PacedReasons())
    while !Task.isCancelled {
      do {
        let connection = try await connector.connect()
        let start = ContinuousClock.now
        let isNews = [losses.ends(), absence.ends()].contains(true)
        logger.log(
          level: isNews ? .notice : .debug, "connected to Redis", metadata: ["server": "\(server)"])
        await hold(connection)
        guard !Task.isCancelled else { return }
        losses.rested(for: .now - start)
        absence.rested(for: .now - start)
        if let times = losses.next(now: .now) {
          logger.warning(
            "the connection to Redis was lost", metadata: ["server": "\(server)", "times": "\(times)"])
        }
        enter(.connecting)
        if .now - start >= Self.provenAfter {
          backoff.reset()
          continue
        }
      } catch {
        if let times = absence.next("\(error)", now: .now) {
          logger.error("\(error)", metadata: ["times": "\(times)"])
        }
        enter(.away(error))
      }
      await topology.rest(for: backoff.next(chance: .random(in: 0..<1)))
    }
  }

  /// Uses a connection until it ends, and those that take its place.
  private func hold(_ first: RedisConnection) async {
    await withTaskCancellationHandler {
      var (connection, former) = (first, RedisConnection?.none)
      while let next = await use(connection, insteadOf: former) { (connection, former) = (next, connection) }
      await connection.waitUntilClosed()
    } onCancel: {
      if case .connected(let connection, _) = guarded.withLock({ $0.state }) { connection.closeWhenDrained() }
    }
  }

  /// Uses a connection until it ends or stays silent. Returns the one that takes its place, where there is one.
  ///
  /// The former one takes nothing more; what waits for its replies does so until its own time has run out.
  private func use(_ connection: RedisConnection, insteadOf former: RedisConnection?) async
    -> RedisConnection?
  {
    let standing = watch.join(connection)
    enter(.connected(connection, standing))
    former?.closeWhenDrained()
    // The cancellation may have found another connection here, or none.
    if Task.isCancelled { connection.closeWhenDrained() }
    for await doubt in standing.doubts {
      guard let next = await replacement(for: connection, standing, doubt) else { continue }
      standing.leave()
      return next
    }
    return nil
  }

  /// Ends the doubt about a connection: nil once it is answered or has ended, else a new one that is answered.
  private func replacement(
    for connection: RedisConnection, _ standing: RedisStanding, _ doubt: RedisStanding.Doubt
  ) async -> RedisConnection? {
    // Over one that is silent the late reply is the probe.
    if doubt == .byAnother, standing.isDoubted {
      _ = try? await connection.send(configuration.probe, timeout: configuration.patience)
    }
    var backoff = ReconnectBackoff()
    while standing.isDoubted, connection.isOpen, !Task.isCancelled {
      if let next = try? await connector.connect() {
        if standing.isDoubted { return next }
        next.close()
        return nil
      }
      await topology.rest(for: backoff.next(chance: .random(in: 0..<1)))
    }
    return nil
  }
}
