/// Which connections of a client are answered, as far as is known: a state machine without I/O.
///
/// All of them lead to the same Redis. So one command whose time runs out puts all of them in doubt, and each is
/// trusted again once a reply comes over it. Over one in doubt nothing is sent but a probe.
struct RedisTrust {
  private var isTrusted: [Int: Bool] = [:]
  private var lastID = 0
  private var suspectSince: ContinuousClock.Instant?

  /// Whether no connection is trusted since one of them was found silent: then new commands fail at once.
  var isSuspect: Bool { suspectSince != nil }

  /// A change of what ``isSuspect`` says.
  enum Change: Equatable {
    case began
    case ended(after: Duration)
  }

  func trusts(_ id: Int) -> Bool { isTrusted[id] == true }

  /// Takes in a connection over which Redis has just answered.
  mutating func join(now: ContinuousClock.Instant) -> (id: Int, change: Change?) {
    lastID += 1
    isTrusted[lastID] = true
    return (lastID, endSuspicion(now: now))
  }

  /// The connection has ended, or is not used any more: what comes over it says nothing from now on.
  mutating func leave(_ id: Int) { isTrusted[id] = nil }

  /// A command's time has run out on a connection. Returns those that are in doubt from now on; none where this
  /// one was in doubt before, so that its further commands do not cast doubt on what has answered since.
  mutating func ranOut(_ id: Int, now: ContinuousClock.Instant) -> (doubted: [Int], change: Change?) {
    guard trusts(id) else { return ([], nil) }
    let doubted = isTrusted.filter(\.value).map(\.key)
    for id in doubted { isTrusted[id] = false }
    guard suspectSince == nil else { return (doubted, nil) }
    suspectSince = now
    return (doubted, .began)
  }

  /// A reply came over a connection, however late.
  mutating func answered(_ id: Int, now: ContinuousClock.Instant) -> Change? {
    guard isTrusted[id] == false else { return nil }
    isTrusted[id] = true
    return endSuspicion(now: now)
  }

  private mutating func endSuspicion(now: ContinuousClock.Instant) -> Change? {
    guard let since = suspectSince else { return nil }
    suspectSince = nil
    return .ended(after: now - since)
  }
}
