import DequeModule

/// Matches the replies of one connection to those who wait for them: a state machine without I/O.
///
/// Redis answers in the order of the commands, so matching is a queue. A command whose caller has gone, or whose
/// time has run out, keeps its place, so that its late reply is not taken for another's. While the reply to one whose
/// time ran out is missing the connection is silent: replies behind it could not come either. Whether it is given up
/// then is for others to decide; those who wait do so until their own time runs out.
struct PendingCommands<Caller> {
  struct Command {
    /// Nil for a command that is awaited to its end; only others can be cancelled.
    let id: UInt64?
    let name: String
    /// Nil once the caller has gone.
    var caller: Caller?
    let deadline: ContinuousClock.Instant
    let timeout: Duration
    fileprivate(set) var isOverdue = false
    /// When the last bytes of a long command went out; nil where it went out at once.
    fileprivate var grew: ContinuousClock.Instant?

    init(
      id: UInt64?, name: String, caller: Caller?, deadline: ContinuousClock.Instant, timeout: Duration
    ) {
      (self.id, self.name, self.caller) = (id, name, caller)
      (self.deadline, self.timeout) = (deadline, timeout)
    }
  }

  /// Someone to be told of a failure.
  struct Failed {
    let caller: Caller
    let error: RedisError
  }

  private let server: String
  private var commands = Deque<Command>()
  /// How many of them have been answered so far.
  private var answered = 0
  /// How many of them are awaited to their end, and still are.
  private var awaited = 0
  /// How many of them are past their deadlines.
  private var overdue = 0
  /// Not later than any deadline; it can be earlier after replies.
  private var earliest: ContinuousClock.Instant?
  /// What the timer is set to.
  private var alarm: ContinuousClock.Instant?
  /// When the last bytes came of a reply that is not whole yet; nil between replies.
  private var lifeSign: ContinuousClock.Instant?
  private(set) var isClosed = false
  private var isDraining = false
  /// Why it was closed, where that is known.
  private var reason: String?

  init(server: String) { self.server = server }

  var isEmpty: Bool { commands.isEmpty }

  /// Whether a reply is missing that should have come.
  var isSilent: Bool { overdue > 0 }

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
    guard !isClosed, !isDraining else { return .fail(unsent) }
    commands.append(command)
    if command.id == nil { awaited += 1 }
    earliest = earliest.map { min($0, command.deadline) } ?? command.deadline
    return .write
  }

  /// The number of the command that is sent next.
  var next: Int { answered + commands.count }

  /// Bytes of a long command have gone out. It takes as long as the network and Redis do to take it: as long as more of it
  /// goes, neither its time runs out nor that of those behind it. Those before it have waited for Redis alone.
  mutating func commandGrows(_ number: Int, now: ContinuousClock.Instant) {
    guard commands.indices.contains(number - answered) else { return }
    commands[number - answered].grew = now
  }

  /// Bytes came of a reply that is not whole yet. A long one takes as long as the network does: as long as more of it
  /// comes, nobody's time runs out.
  mutating func replyGrows(now: ContinuousClock.Instant) { lifeSign = now }

  enum ReceiveAction {
    case deliver(RESPValue, to: Caller)
    case fail(RedisError, to: Caller)
    case discard
    /// A reply that nobody asked for: the connection is out of step.
    case close
  }

  mutating func receive(_ reply: RESPValue) -> ReceiveAction {
    lifeSign = nil
    guard let command = commands.popFirst() else { return .close }
    answered += 1
    if command.isOverdue { overdue -= 1 }
    guard let caller = command.caller else { return .discard }
    if command.id == nil { awaited -= 1 }
    if case .error(let message) = reply {
      return .fail(
        .replied(server: server, command: command.name, message: Self.withoutArguments(message)), to: caller)
    }
    return .deliver(reply, to: caller)
  }

  /// Redis repeats the arguments of a command that it does not know (renamed, or another's Redis); they may hold what nobody
  /// may read, such as the password of `AUTH`.
  private static func withoutArguments(_ message: String) -> String {
    guard message.hasPrefix("ERR unknown"), let end = message.firstRange(of: ", with args") else {
      return message
    }
    return String(message[..<end.lowerBound])
  }

  /// The caller no longer waits. Nil when its command is no longer pending.
  mutating func cancel(_ id: UInt64) -> Failed? {
    guard let index = commands.firstIndex(where: { $0.id == id }), let caller = commands[index].caller
    else { return nil }
    commands[index].caller = nil
    return Failed(caller: caller, error: .cancelled(server: server, command: commands[index].name))
  }

  struct Expired {
    var failed: [Failed] = []
    /// Whether the connection is silent from now on.
    var fellSilent = false
  }

  /// Gives up waiting for the replies to commands that are past their deadlines. Afterwards ``nextAlarm()`` says when
  /// to look again.
  mutating func expire(now: ContinuousClock.Instant) -> Expired {
    var expired = Expired()
    let wasSilent = isSilent
    (alarm, earliest) = (nil, nil)
    var lifeSign = lifeSign
    for index in commands.indices where !commands[index].isOverdue {
      let command = commands[index]
      if let grew = command.grew { lifeSign = lifeSign.map { max($0, grew) } ?? grew }
      let deadline = lifeSign.map { max($0 + command.timeout, command.deadline) } ?? command.deadline
      guard deadline <= now else {
        earliest = earliest.map { min($0, deadline) } ?? deadline
        continue
      }
      overdue += 1
      commands[index].isOverdue = true
      guard let caller = command.caller else { continue }
      commands[index].caller = nil
      if command.id == nil { awaited -= 1 }
      expired.failed.append(
        Failed(
          caller: caller, error: .timedOut(server: server, command: command.name, after: command.timeout)))
    }
    expired.fellSilent = isSilent && !wasSilent
    return expired
  }

  /// Takes no more; once ``isDrained`` the connection can be closed without a loss.
  mutating func drain() { isDraining = true }

  /// The connection has ended: everyone who waits is told, with the reason where there is one. A second call
  /// has nothing to tell.
  mutating func close(because reason: String? = nil) -> [Failed] {
    if !isClosed { self.reason = reason }
    let failed = commands.compactMap { command in
      command.caller.map { Failed(caller: $0, error: lost(command)) }
    }
    isClosed = true
    commands.removeAll()
    (awaited, overdue, earliest, alarm, lifeSign) = (0, 0, nil, nil, nil)
    return failed
  }

  /// Who comes too late knows that his command has no effect.
  private var unsent: RedisError {
    .unavailable(server: server, reason: reason ?? "the connection ended before it was used")
  }

  private func lost(_ command: Command) -> RedisError {
    if let reason { return .protocolViolation(server: server, command: command.name, reason: reason) }
    return .connectionLost(server: server, command: command.name)
  }
}
