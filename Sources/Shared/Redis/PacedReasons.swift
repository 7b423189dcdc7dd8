/// ``PacedLine`` for what happens for several reasons, each of which is said at once, and then once a minute.
struct PacedReasons: Sendable {
  /// There are few; what alternates without end (a name with many addresses, say) is forgotten and said anew.
  private static let most = 16

  private var lines: [String: PacedLine] = [:]

  /// It has happened for a reason. Returns how often since that was said last; nil while it is not to be said.
  mutating func next(_ reason: String, now: ContinuousClock.Instant) -> Int? {
    if lines[reason] == nil, lines.count >= Self.most { lines = [:] }
    return lines[reason, default: PacedLine()].next(now: now)
  }

  /// It has not happened for so long.
  mutating func rested(for time: Duration) {
    for reason in lines.keys { lines[reason]?.rested(for: time) }
  }

  /// It is over. Returns whether that is to be said.
  mutating func ends() -> Bool {
    var isOpen = false
    for reason in lines.keys where lines[reason]?.ends() == true { isOpen = true }
    return isOpen
  }
}
