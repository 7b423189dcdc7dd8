import DequeModule

/// Matches the replies of one connection to those who wait for them: a state machine without I/O.
///
/// Redis answers in the order of the commands, so matching is a queue. A command whose caller has gone keeps
/// its place, so that its reply is not taken for another's. A command past its deadline ends the
/// connection: replies behind it could not come either, and a stalled server must not hold anybody up.
struct PendingCommands<Caller> {
  struct Command {
    /// Nil for a command that is awaited to its end; only others can be cancelled.
    let id: UInt64?
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
  /// How many of them are awaited to their end.
  private var awaited = 0
  /// Not later than any deadline; it can be earlier after replies.
  private var earliest: ContinuousClock.Instant?
  /// What the timer is set to.
  private var alarm: ContinuousClock.Instant?
  private(set) var isClosed = false
  private var isDraining = false
  /// Why it was closed, where that is known.
  private var reason: String?

  init(server: String) { self.server = server }

  var isEmpty: Bool { commands.isEmpty }

  /// Whether ``drain()`` was called and nothing is left worth waiting for: what blocks is not waited for.
  var isDrained: Bool { isDraining && awaited == 0 }

  /// When ``expire(now:)`` is to be called, where that is earlier than what was returned before.
  mutating func nextAlarm() -> ContinuousClock.Instant? {
    guard let earliest, alarm.map({ earliest < $0 }) ?? true else { return nil }
    alarm = earliest
    return earliest
  }

  enum SendAction {
    case write
    case fail(RedisError)
  }

  mutating func send(_ command: Command) -> SendAction {
    guard !isClosed, !isDraining else { return .fail(lost(command)) }
    commands.append(command)
    if command.id == nil { awaited += 1 }
    earliest = earliest.map { min($0, command.deadline) } ?? command.deadline
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
    if command.id == nil { awaited -= 1 }
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

  /// Closes when a command is past its deadline. Nil when none is; then ``nextAlarm()`` says when to look again.
  mutating func expire(now: ContinuousClock.Instant) -> [Failed]? {
    alarm = nil
    earliest = commands.lazy.map(\.deadline).min()
    guard let earliest, earliest <= now else { return nil }
    return end(now: now)
  }

  /// Takes no more; once ``isDrained`` the connection can be closed without a loss.
  mutating func drain() { isDraining = true }

  /// The connection has ended: everyone who waits is told, with the reason where there is one. A second call
  /// has nothing to tell.
  mutating func close(because reason: String? = nil) -> [Failed] {
    if !isClosed { self.reason = reason }
    return end(now: nil)
  }

  private mutating func end(now: ContinuousClock.Instant?) -> [Failed] {
    let failed = commands.compactMap { command in
      command.caller.map { caller in
        let isLate = now.map { command.deadline <= $0 } ?? false
        return Failed(
          caller: caller,
          error: isLate
            ? .timedOut(server: server, command: command.name, after: command.timeout) : lost(command))
      }
    }
    isClosed = true
    commands.removeAll()
    (awaited, earliest, alarm) = (0, nil, nil)
    return failed
  }

  private func lost(_ command: Command) -> RedisError {
    if let reason { return .protocolViolation(server: server, command: command.name, reason: reason) }
    return .connectionLost(server: server, command: command.name)
  }
}
