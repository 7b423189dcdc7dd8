import Logging
import Synchronization

/// What the connections of a client know of their Redis together; ``RedisTrust`` decides.
final class RedisWatch: Sendable {
  private struct Guarded {
    var trust = RedisTrust()
    var standings: [Int: RedisStanding] = [:]
  }

  private let server: String
  private let purpose: String
  private let logger: Logger
  private let guarded = Mutex(Guarded())
  /// A copy of what the lock guards, for who only wants to look.
  private let suspect = Atomic(false)

  init(server: String, purpose: String, logger: Logger) {
    self.server = server
    self.purpose = purpose
    self.logger = logger
  }

  /// Whether new commands fail at once.
  var isSuspect: Bool { suspect.load(ordering: .relaxed) }

  /// Takes in a connection over which Redis has just answered, until it closes.
  func join(_ connection: RedisConnection) -> RedisStanding {
    let standing = change { guarded in
      let (id, change) = guarded.trust.join(now: .now)
      let standing = RedisStanding(id: id, watch: self)
      guarded.standings[id] = standing
      return (standing, change)
    }
    connection.report(to: standing)
    return standing
  }

  func leave(_ standing: RedisStanding) {
    guarded.withLock { guarded in
      guarded.trust.leave(standing.id)
      guarded.standings[standing.id] = nil
    }
  }

  func ranOut(_ silent: RedisStanding) {
    change { guarded in
      let (doubted, change) = guarded.trust.ranOut(silent.id, now: .now)
      for id in doubted { guarded.standings[id]?.set(id == silent.id ? .isSilent : .byAnother) }
      return ((), change)
    }
  }

  func answered(_ standing: RedisStanding) {
    change { guarded in
      let change = guarded.trust.answered(standing.id, now: .now)
      if guarded.trust.trusts(standing.id) { standing.set(nil) }
      return ((), change)
    }
  }

  private func change<Value: Sendable>(_ body: (inout Guarded) -> (Value, RedisTrust.Change?)) -> Value {
    let (value, change) = guarded.withLock { guarded in
      let result = body(&guarded)
      suspect.store(guarded.trust.isSuspect, ordering: .relaxed)
      return result
    }
    switch change {
    case .began:
      logger.warning(
        "Redis did not answer in time; new commands fail at once until it does",
        metadata: ["server": "\(server)", "purpose": "\(purpose)"])
    case .ended(let duration):
      logger.notice(
        "Redis answers again",
        metadata: [
          "server": "\(server)", "purpose": "\(purpose)", "after_ms": "\(duration.wholeMilliseconds)",
        ])
    case nil: break
    }
    return value
  }
}
