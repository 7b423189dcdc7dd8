/// Which commands of one write are so long that each piece of it that goes out says that Redis takes them.
struct LongCommands {
  private var ends: [(number: Int, end: Int)] = []

  var isEmpty: Bool { ends.isEmpty }

  /// Adds a command, by its number in ``PendingCommands``, whose bytes end there; behind those before it.
  mutating func add(_ number: Int, end: Int) { ends.append((number, end)) }

  /// The command that gets on when the bytes up to there go out: theirs, or the next that is long.
  func number(at sent: Int) -> Int? { (ends.first { sent <= $0.end } ?? ends.last)?.number }
}
