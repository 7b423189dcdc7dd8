/// The pause between two attempts to connect: doubling, with jitter, short enough that recovery takes seconds.
struct ReconnectBackoff: Sendable {
  private var ceiling = Duration.milliseconds(50)

  /// `chance` is uniform in 0..<1.
  mutating func next(chance: Double) -> Duration {
    defer { ceiling = min(ceiling * 2, .seconds(1)) }
    return ceiling * (0.5 + chance / 2)
  }

  mutating func reset() { self = ReconnectBackoff() }
}
