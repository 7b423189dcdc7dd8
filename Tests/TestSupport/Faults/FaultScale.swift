import Foundation

/// How much of each fault is injected: a little in every test run, a lot in `make chaos`, which sets CHAOS_MINUTES.
public struct FaultScale: Sendable {
  /// For the whole of `make chaos`; nil in a test run.
  private let minutes: Double?

  public static let current = FaultScale(
    minutes: ProcessInfo.processInfo.environment["CHAOS_MINUTES"].flatMap(Double.init))

  public var isChaos: Bool { minutes != nil }

  /// Runs `round` `short` times; in chaos up to `long` times, within a share of the whole time. Returns how often.
  public func rounds(
    short: Int, long: Int, share: Double, _ round: (Int) async throws -> Void
  ) async throws -> Int {
    let end = ContinuousClock.now + .seconds((minutes ?? 0) * 60 * share)
    for number in 0..<(isChaos ? long : short) {
      if isChaos, number >= short, ContinuousClock.now >= end { return number }
      try await round(number)
    }
    return isChaos ? long : short
  }

  /// How long a fault goes on: `short` in a test run, a share of the whole time in chaos.
  public func time(short: Duration, share: Double) -> Duration {
    minutes.map { max(short, .seconds($0 * 60 * share)) } ?? short
  }
}
