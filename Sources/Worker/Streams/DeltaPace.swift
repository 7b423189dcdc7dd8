/// How long a stream's pieces wait for company, decided without a clock.
///
/// The first piece is not asked about: it goes at once. Those behind it wait 5 ms, then ever longer up to 25 ms, which no
/// reader sees and which spares Redis most of the writing. Under load all of them wait longer, up to 100 ms.
struct DeltaPace: Sendable {
  /// What a worker's streams do at a time.
  struct Load: Sendable, Hashable {
    /// How many streams have a piece to write.
    var writing: Int
    /// How long a write takes of late, until Redis has answered.
    var write: Duration
  }

  private static let first = Duration.milliseconds(5)
  private static let step = Duration.milliseconds(5)
  private static let usual = Duration.milliseconds(25)
  private static let longest = Duration.milliseconds(100)

  /// The writes of all of a worker's streams are some 5,000 a second, about a quarter of what one core of Redis takes.
  private static let forEachStream = Duration.microseconds(200)
  /// A write that takes long is a Redis with much to do, or a slow disk. A stream waits for it a fifth of its time.
  private static let forEachWrite = 4

  private var next = Self.first

  /// How long the piece that has come now waits for others.
  mutating func pause(under load: Load) -> Duration {
    defer { next = min(next + Self.step, Self.usual) }
    let widened = max(Self.forEachStream * load.writing, load.write * Self.forEachWrite)
    return min(max(next, widened), Self.longest)
  }
}
