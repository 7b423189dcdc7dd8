import DequeModule

/// Matches the replies of one connection to those who wait for them: a state machine without I/O.
///
/// Redis answers in the order of the commands, so matching is a queue. A command whose caller has gone keeps
/// its place, so that its reply is not taken for another's. A command past its deadline ends the
/// connection: replies behind it could not come either, and a stalled server must not hold anybody up.
struct PendingCommands<Caller> {
  struct Command {
    let id: UInt64
    let name: String
    /// Nil once the caller has gone.
    var caller: Caller?
    let deadline: ContinuousClock.Instant
    let timeout: Duration
  }

  /// Someone to be told of a failure.
  struct Failed {
    let caller: Caller
    let error: RedisError
  }

  private let server: String
  private var commands = Deque<Command>()
  private(set) var isClosed = false

  init(server: String) { self.server = server }

  var isEmpty: Bool { commands.isEmpty }

  /// The deadline of the oldest command; when it is past, ``expire(now:)`` has something to do.
  var nextDeadline: ContinuousClock.Instant? { commands.first?.deadline }

  enum SendAction {
    case write
    case fail(RedisError)
  }

  mutating func send(_ command: Command) -> SendAction {
    guard !isClosed else { return .fail(.connectionLost(server: server, command: command.name)) }
    commands.append(command)
    return .write
  }

  enum ReceiveAction {
    case deliver(RESPValue, to: Caller)
    case fail(RedisError, to: Caller)
    case discard
    /// A reply that nobody asked for: the connection is out of step.
    case close
  }

  mutating func receive(_ reply: RESPValue) -> ReceiveAction {
    guard let command = commands.popFirst() else { return .close }
    guard let caller = command.caller else { return .discard }
    if case .error(let message) = reply {
      return .fail(.replied(server: server, command: command.name, message: message), to: caller)
    }
    return .deliver(reply, to: caller)
  }

  /// The caller no longer waits. Nil when its command is no longer pending.
  mutating func cancel(_ id: UInt64) -> Failed? {
    guard let index = commands.firstIndex(where: { $0.id == id }), let caller = commands[index].caller
    else { return nil }
    commands[index].caller = nil
    return Failed(caller: caller, error: .cancelled(server: server, command: commands[index].name))
  }

  /// Closes when a command is past its deadline; nil when none is.
  mutating func expire(now: ContinuousClock.Instant) -> [Failed]? {
    guard commands.contains(where: { $0.deadline <= now }) else { return nil }
    let server = server
    return close { command in
      command.deadline <= now
        ? .timedOut(server: server, command: command.name, after: command.timeout)
        : .connectionLost(server: server, command: command.name)
    }
  }

  /// The connection has ended: everyone who waits is told. A second call has nothing to tell.
  mutating func close() -> [Failed] {
    let server = server
    return close { .connectionLost(server: server, command: $0.name) }
  }

  private mutating func close(_ error: (Command) -> RedisError) -> [Failed] {
    isClosed = true
    defer { commands.removeAll() }
    return commands.compactMap { command in
      command.caller.map { Failed(caller: $0, error: error(command)) }
    }
  }
}
