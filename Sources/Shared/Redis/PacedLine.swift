/// When to say what happens again and again: at once, then once a minute with how often it has happened since.
struct PacedLine: Sendable {
  static let interval = Duration.seconds(60)
  /// After so long without it, it is news again.
  private static let oblivion = Duration.seconds(10)

  private var lastSaid: ContinuousClock.Instant?
  private var unsaid = 0
  /// Whether its end is owed: it was said, and not that it is over.
  private var isOpen = false

  /// It has happened. Returns how often since it was said last; nil while it is not to be said.
  mutating func next(now: ContinuousClock.Instant) -> Int? {
    unsaid += 1
    if let lastSaid, now - lastSaid < Self.interval { return nil }
    defer { (lastSaid, unsaid, isOpen) = (now, 0, true) }
    return unsaid
  }

  /// It has not happened for so long.
  mutating func rested(for time: Duration) {
    if time >= Self.oblivion { self = PacedLine() }
  }

  /// It is over. Returns whether that is to be said.
  mutating func ends() -> Bool {
    defer { isOpen = false }
    return isOpen
  }
}
