import Shared

/// How fast today's spend grows, from looks at its sum.
struct SpendTrail: Sendable {
  /// How far back it looks.
  static let span = Duration.seconds(300)

  private var looks: [(time: ContinuousClock.Instant, dollars: Double)] = []

  mutating func add(_ dollars: Double, at time: ContinuousClock.Instant) {
    // A new day began.
    if let last = looks.last, dollars < last.dollars { looks = [] }
    looks.append((time, dollars))
    while looks.count > 2, looks[1].time <= time - Self.span { looks.removeFirst() }
  }

  /// Dollars an hour; nil until there are two looks.
  var hourly: Double? {
    guard let first = looks.first, let last = looks.last, first.time < last.time else { return nil }
    return (last.dollars - first.dollars) / (last.time - first.time).seconds * 3600
  }
}
