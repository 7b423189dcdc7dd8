import Synchronization

/// How long steps of the queue take at Redis, as this process sees it.
public final class StepTimes: Sendable {
  private let family = HistogramFamily(Metrics.redisSteps)
  /// The same series, by the steps' names alone.
  private let series = Mutex<[String: Histogram]>([:])

  public init() {}

  func begin() -> ContinuousClock.Instant { .now }

  func end(_ command: RedisCommand, begun start: ContinuousClock.Instant) {
    // Steps are those of our library, so there are not many.
    guard let step = command.step else { return }
    histogram(of: step).observe(.now - start)
  }

  private func histogram(of step: String) -> Histogram {
    series.withLock { series in
      if let known = series[step] { return known }
      let new = family.series(step)
      series[step] = new
      return new
    }
  }

  public func write(to text: inout MetricsText) { family.write(to: &text) }
}
