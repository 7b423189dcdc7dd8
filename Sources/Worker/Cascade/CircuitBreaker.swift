import Shared

/// What one worker holds against one target. No I/O and no clock: instants and chance are passed in.
///
/// Closed, it counts faults in a row; five open it. Open, nobody asks, for a cool-down that doubles with each
/// opening in a row. Then it is half-open: one probe decides whether it closes or opens again. A provider's own
/// limit is kept apart: it ends by itself.
struct CircuitBreaker: Sendable, Hashable {
  typealias Instant = ContinuousClock.Instant

  /// A time in which the target is left alone, and why.
  struct Pause: Sendable, Hashable {
    let cause: CircuitRecord.Cause
    let reason: String
    let until: Instant
  }

  enum Permission: Sendable, Hashable {
    case granted
    /// Half-open: the caller holds this worker's probe and settles it by ``record(_:isProbe:at:chance:)``.
    case probe
    case refused(CircuitRefusal)
  }

  /// What the other workers must hear of.
  enum Change: Sendable, Hashable {
    case leftAlone(Pause)
    case closed
  }

  static let faultsToOpen = 5
  /// How soon it is asked again who may probe when another worker does.
  static let probeRecheck = Duration.seconds(1)

  /// Open until its end, half-open after it; nil is closed.
  private(set) var opening: Pause?
  /// The provider's own limit.
  private(set) var limit: Pause?
  private var faultsInARow = 0
  private var limitsInARow = 0
  private var lastCooldown = Duration.zero
  private var probeEnds: Instant?

  /// Nothing to remember: as good as new.
  var isBlank: Bool { self == CircuitBreaker() }

  /// Nothing that still keeps anyone away.
  func isIdle(at now: Instant) -> Bool { opening == nil && (limit.map { $0.until <= now } ?? true) }

  // MARK: - Asking

  /// - Parameter probeTimeout: after this time an unsettled probe is given up.
  mutating func permission(at now: Instant, probeTimeout: Duration) -> Permission {
    if let limit {
      if now < limit.until { return .refused(.limited(limit, at: now)) }
      self.limit = nil
    }
    guard let opening else { return .granted }
    if now < opening.until { return .refused(.open(opening, at: now)) }
    if let probeEnds, now < probeEnds { return .refused(.halfOpen(opening)) }
    probeEnds = now + probeTimeout
    return .probe
  }

  /// Another worker holds the probe. Nil when the circuit has closed meanwhile.
  mutating func denyProbe(at now: Instant) -> CircuitRefusal? {
    guard let opening else { return nil }
    probeEnds = now + Self.probeRecheck
    return .halfOpen(opening)
  }

  /// How long the target is left alone from now on; nil when it may be asked at once.
  func wait(at now: Instant) -> Duration? {
    let ends = [limit?.until, opening?.until].compactMap { $0 }.filter { $0 > now }
    return ends.max().map { $0 - now }
  }

  // MARK: - Results

  /// The end of an attempt that was allowed; `fault` is nil for an answer. `chance` is uniform in 0..<1.
  mutating func record(_ fault: ProviderFault?, isProbe: Bool, at now: Instant, chance: Double) -> Change? {
    if opening != nil, !isProbe {
      // Late word of a call that began before it opened. It must neither close it nor lengthen the cool-down.
      return nil
    }
    probeEnds = nil
    switch fault?.kind {
    case nil:
      faultsInARow = 0
      limitsInARow = 0
      return close(at: now)
    case .requestRefused, .tooLarge, .contentFiltered:
      // The provider works. That does not make up for faults of other requests, though.
      return close(at: now)
    case .failing:
      faultsInARow += 1
      guard opening != nil || faultsInARow >= Self.faultsToOpen else { return nil }
      return open(.faults, fault?.reason ?? "", at: now, chance)
    case .keyRefused:
      return open(.keyRefused, fault?.reason ?? "", at: now, chance)
    case .limited(let resetsIn):
      return limit(for: resetsIn, fault?.reason ?? "", at: now)
    }
  }

  /// The caller of a probe went away without a result: another may try. Nil when nothing is open any more.
  mutating func abandonProbe(at now: Instant) -> Change? {
    probeEnds = nil
    return opening.map { .leftAlone(Pause(cause: $0.cause, reason: $0.reason, until: now)) }
  }

  private mutating func close(at now: Instant) -> Change? {
    if let limit, limit.until <= now { self.limit = nil }
    probeEnds = nil
    guard opening != nil else { return nil }
    opening = nil
    lastCooldown = .zero
    faultsInARow = 0
    return .closed
  }

  private mutating func open(
    _ cause: CircuitRecord.Cause, _ reason: String, at now: Instant, _ chance: Double
  ) -> Change {
    let (base, cap) = Self.cooldowns(of: cause)
    lastCooldown = opening?.cause == cause ? min(cap, max(base, lastCooldown * 2)) : base
    // Ten per cent either way, so that workers which lost a provider together do not probe together.
    let pause = Pause(cause: cause, reason: reason, until: now + lastCooldown * (0.9 + 0.2 * chance))
    opening = pause
    return .leftAlone(pause)
  }

  /// A limit that does not say when it resets is tried after 1 s, then after ever longer.
  private mutating func limit(for resetsIn: Duration?, _ reason: String, at now: Instant) -> Change? {
    let guess = min(.seconds(60), Duration.seconds(1 << min(limitsInARow, 6)))
    if resetsIn == nil { limitsInARow += 1 }
    let pause = Pause(cause: .limited, reason: reason, until: now + (resetsIn ?? guess))
    // A provider that limits answers: a probe that hears so closes the circuit.
    _ = close(at: now)
    guard pause.until > limit?.until ?? now else { return nil }
    limit = pause
    return .leftAlone(pause)
  }

  /// A wrong key needs a person, so it is tried less often.
  private static func cooldowns(of cause: CircuitRecord.Cause) -> (base: Duration, cap: Duration) {
    switch cause {
    case .faults, .limited: (.seconds(5), .seconds(60))
    case .keyRefused: (.seconds(30), .seconds(300))
    }
  }

  // MARK: - What others know

  /// Takes over what all workers know of the target; nil when they hold nothing against it. What this worker
  /// has not told them yet must be told first, or it is lost here.
  mutating func adopt(_ record: CircuitRecord?, at now: Instant) {
    guard let record else {
      if opening != nil { self = CircuitBreaker() }
      limit = nil
      return
    }
    let pause = Pause(cause: record.cause, reason: record.reason, until: now + record.remaining)
    guard record.cause != .limited else {
      _ = close(at: now)
      limit = pause
      return
    }
    if record.remaining > .zero {
      // Opened again by whoever probed. What remains is the least that its cool-down can have been.
      probeEnds = nil
      lastCooldown = max(lastCooldown, record.remaining)
    }
    limit = nil
    opening = pause
  }
}
