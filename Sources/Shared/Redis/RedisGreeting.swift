/// What is said first over a new connection, and what must be heard before anything else is sent: who is there, in
/// which role, and whether it runs functions.
struct RedisGreeting: Sendable {
  let configuration: RedisConfiguration
  /// How errors name the server.
  let server: String
  /// Shown by Redis' `CLIENT LIST`.
  let name: String
  /// Whether Redis must do work, and know functions; a connection that only listens has no use for either.
  let probes: Bool
  let deadline: ContinuousClock.Instant
  /// Takes what the server refuses for which there is no connection: it comes again with each attempt to make one.
  let errors: RedisErrorLog

  /// Throws ``RedisError/refused(server:_:)`` for a server that cannot be used.
  func perform(over connection: RedisConnection) async throws(RedisError) {
    let identity = try await introduce(connection)
    if configuration.isSentinel {
      guard identity.mode == "sentinel" else { throw refused(.isNoSentinel) }
      return
    }
    if let refusal = identity.refusal { throw refused(await explain(refusal, over: connection)) }
    if configuration.database != 0 { try await selectDatabase(over: connection) }
    guard probes else { return }
    try await tryFunctions(over: connection)
    try await tryWork(over: connection)
  }

  // MARK: - Who is there

  /// `HELLO` logs in, names the connection and tells role, mode and version in one round trip, without any right.
  private func introduce(_ connection: RedisConnection) async throws(RedisError) -> RedisIdentity {
    var hello = RedisCommand("HELLO", "2")
    if let password = configuration.password {
      hello.append("AUTH")
      hello.append(configuration.user ?? "default")
      hello.append(password.reveal())
    }
    hello.append("SETNAME")
    hello.append(name)
    do {
      if let identity = RedisIdentity(hello: try await send(hello, over: connection)) { return identity }
    } catch .replied(let server, let command, let message) {
      // Proxies, renamed commands, and what is too old for it are asked in other words.
      guard message.hasPrefix("ERR unknown command") || message.hasPrefix("NOPERM") else {
        throw error(message, to: command, of: server)
      }
    }
    return try await introducePiecemeal(connection)
  }

  private func introducePiecemeal(_ connection: RedisConnection) async throws(RedisError) -> RedisIdentity {
    if let password = configuration.password {
      var command = RedisCommand("AUTH")
      if let user = configuration.user { command.append(user) }
      command.append(password.reveal())
      do { _ = try await send(command, over: connection) } catch .replied(
        let server, let command, let message)
      {
        throw error(message, to: command, of: server)
      }
    }
    var identity = RedisIdentity()
    if let text = try await ask(RedisCommand("INFO", "server"), over: connection)?.string {
      identity.take(info: text)
    }
    if let role = try await ask(RedisCommand("ROLE"), over: connection) { identity.take(role: role) }
    _ = try await ask(RedisCommand("CLIENT", "SETNAME", name), over: connection)
    return identity
  }

  /// `HELLO` does not say whose replica it is; `ROLE` does, where it may be asked.
  private func explain(_ refusal: RedisRefusal, over connection: RedisConnection) async -> RedisRefusal {
    guard case .replica = refusal, let role = try? await ask(RedisCommand("ROLE"), over: connection) else {
      return refusal
    }
    var identity = RedisIdentity()
    identity.take(role: role)
    return identity.refusal ?? refusal
  }

  // MARK: - What it can

  private func selectDatabase(over connection: RedisConnection) async throws(RedisError) {
    do {
      _ = try await send(RedisCommand("SELECT", String(configuration.database)), over: connection)
    } catch .replied(let server, let command, let message) {
      switch RedisErrorReason(message: message) {
      case .noPermission:
        errors.note(message, to: command)
        throw missing("+select")
      case .other, .unknownCommand: throw refused(.noDatabase(configuration.database))
      // Such as one that is busy: time mends it.
      default: throw error(message, to: command, of: server)
      }
    }
  }

  /// There is no such function, so nothing happens, but where commands are unknown or forbidden that is said first.
  private func tryFunctions(over connection: RedisConnection) async throws(RedisError) {
    do {
      _ = try await send(RedisCommand("FCALL", "sluice", "0"), over: connection)
    } catch .replied(let server, let command, let message) {
      switch RedisErrorReason(message: message) {
      case .unknownCommand: throw refused(.noFunctions)
      case .noPermission:
        errors.note(message, to: command)
        throw missing("+fcall")
      case .noAuthentication:
        errors.note(message, to: command)
        throw refused(.noPassword)
      case .loading, .masterDown, .clusterDown: throw error(message, to: command, of: server)
      default: break
      }
    }
  }

  private func tryWork(over connection: RedisConnection) async throws(RedisError) {
    // Any reply is one: what Redis does not let this user do is found out by whoever needs it.
    _ = try await ask(configuration.probe, over: connection)
  }

  // MARK: - Words

  private func send(
    _ command: RedisCommand, over connection: RedisConnection
  ) async throws(RedisError) -> RESPValue {
    try await connection.send(command, timeout: configuration.patience, deadline: deadline)
  }

  /// Nil when it is refused.
  private func ask(
    _ command: RedisCommand, over connection: RedisConnection
  ) async throws(RedisError) -> RESPValue? {
    do { return try await send(command, over: connection) } catch .replied { return nil }
  }

  private func refused(_ refusal: RedisRefusal) -> RedisError { .refused(server: server, refusal) }

  private func missing(_ right: String) -> RedisError {
    refused(.missingRights([right], user: configuration.user ?? "default"))
  }

  /// An error reply to what logs in.
  private func error(_ message: String, to command: String, of server: String) -> RedisError {
    errors.note(message, to: command)
    switch RedisErrorReason(message: message) {
    case .noAuthentication:
      guard message.hasPrefix("WRONGPASS") else { return .refused(server: server, .noPassword) }
      return .refused(server: server, configuration.isSentinel ? .wrongSentinelPassword : .wrongPassword)
    case .loading: return .unavailable(server: server, reason: "it is still loading its data")
    default:
      if message.hasPrefix("DENIED") { return .refused(server: server, .protectedMode) }
      return .replied(server: server, command: command, message: message)
    }
  }
}

extension RedisConfiguration {
  /// Whether the server does work. It does nothing, but waits like a step of the queue: a `PING` is also answered by a
  /// Redis that lets nobody write (`CLIENT PAUSE … WRITE`, as at a failover). A sentinel knows nothing else.
  var probe: RedisCommand { isSentinel ? RedisCommand("PING") : RedisCommand("PUBLISH", "sluice:probe", "") }
}
