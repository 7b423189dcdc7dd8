/// How long it is waited before a batch is sent again.
struct ExportBackoff: Sendable {
  private static let base = Duration.seconds(1)
  private static let cap = Duration.seconds(30)

  /// Exponential with jitter, and never sooner than the collector says. `chance` is uniform in 0..<1.
  static func delay(afterTry number: Int, retryAfter: Duration?, chance: Double) -> Duration {
    let longest = min(cap, base * Double(1 << min(max(number - 1, 0), 10)))
    let delay = longest * (0.5 + chance / 2)
    return max(delay, retryAfter ?? .zero)
  }
}
