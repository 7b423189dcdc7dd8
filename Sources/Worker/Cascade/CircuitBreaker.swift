import Shared

/// Decides whether a target is asked: values in, values out, with the clock and the chance passed in.
///
/// Closed: five faults in a row open it. Open: nobody asks until the cool-down is over, which doubles with
/// each opening. Half-open: one probe decides between the two. A rate limit does not open it; it only
/// makes the target wait.
struct CircuitBreaker: Sendable {
  typealias Instant = ContinuousClock.Instant

  static let faultsToOpen = 5
  static let faultCooldown = (first: Duration.seconds(5), longest: Duration.seconds(60))
  static let keyCooldown = (first: Duration.seconds(30), longest: Duration.seconds(300))

  enum Permission: Sendable, Hashable {
    case allowed
    /// Half-open: whoever is the one to probe may ask.
    case probe
    case refused(cause: CircuitRecord.Cause, reason: String, remaining: Duration)
  }

  /// What the other workers should know.
  struct Opening: Sendable, Hashable {
    let cooldown: Duration
    let cause: CircuitRecord.Cause
    let reason: String
  }

  private struct Open: Sendable {
    var until: Instant
    let since: Instant
    let cause: CircuitRecord.Cause
    let reason: String
  }

  private var faultsInARow = 0
  private var openings = 0
  private var open: Open?
  private var limit: (until: Instant, reason: String)?

  /// Nothing is held against the target.
  var isPristine: Bool { faultsInARow == 0 && openings == 0 && open == nil && limit == nil }

  func permission(now: Instant) -> Permission {
    if let limit, limit.until > now {
      return .refused(cause: .limited, reason: limit.reason, remaining: limit.until - now)
    }
    guard let open else { return .allowed }
    guard open.until > now else { return .probe }
    return .refused(cause: open.cause, reason: open.reason, remaining: open.until - now)
  }

  mutating func succeeded() { self = CircuitBreaker() }

  /// `chance` is uniform in 0..<1. Nil when the fault changes nothing for others.
  mutating func failed(_ fault: ProviderFault, now: Instant, chance: Double) -> Opening? {
    switch fault.kind {
    case .requestRefused, .contentFiltered:
      // The target works: it has read the request.
      if open != nil { succeeded() }
      return nil
    case .limited(let retryAfter):
      limit = (now + retryAfter, fault.reason)
      return Opening(cooldown: retryAfter, cause: .limited, reason: fault.reason)
    case .keyRefused:
      return opened(.keyRefused, fault.reason, Self.keyCooldown, now: now, chance: chance)
    case .failing:
      faultsInARow += 1
      guard open != nil || faultsInARow >= Self.faultsToOpen else { return nil }
      return opened(.faults, fault.reason, Self.faultCooldown, now: now, chance: chance)
    }
  }

  private mutating func opened(
    _ cause: CircuitRecord.Cause, _ reason: String, _ bounds: (first: Duration, longest: Duration),
    now: Instant, chance: Double
  ) -> Opening {
    let full = min(bounds.longest, bounds.first * Double(1 << min(openings, 10)))
    // A tenth of jitter, so that workers do not probe as one.
    let cooldown = full * (0.95 + chance / 10)
    openings += 1
    faultsInARow = 0
    open = Open(until: now + cooldown, since: now, cause: cause, reason: reason)
    return Opening(cooldown: cooldown, cause: cause, reason: reason)
  }

  /// Takes over what the workers together know. Nil means that nothing is held against the target.
  mutating func adopt(_ record: CircuitRecord?, now: Instant) {
    guard let record else {
      // One's own opening may not have reached the others yet.
      if let open, now - open.since > .seconds(2) { succeeded() }
      return
    }
    if record.cause == .limited {
      limit = (now + record.remaining, record.reason)
    } else {
      open = Open(
        until: now + record.remaining, since: open?.since ?? now, cause: record.cause, reason: record.reason)
    }
  }
}
