import Shared

/// What has happened between two times of looking at one process.
struct MetricsChange: Sendable {
  private let before: MetricsSnapshot
  private let after: MetricsSnapshot
  private let seconds: Double

  /// Nil where nothing can be said: there is no former look, no time has gone by, or another process answered, as behind a
  /// balancer.
  init?(from before: MetricsSnapshot?, to after: MetricsSnapshot) {
    guard let before, before.time < after.time, before.processStart == after.processStart else { return nil }
    self.before = before
    self.after = after
    seconds = (after.time - before.time).seconds
  }

  /// By how much a counter grew in a second; nil where it is not told.
  func rate(_ name: String, where isMeant: (MetricsSeries) -> Bool = { _ in true }) -> Double? {
    let now = after.series(name).filter(isMeant)
    guard !now.isEmpty else { return nil }
    let grown =
      now.reduce(0) { $0 + $1.value } - before.series(name).filter(isMeant).reduce(0) { $0 + $1.value }
    return max(0, grown) / seconds
  }

  /// The value below which a share of what a histogram counted meanwhile is; nil where it counted nothing. As Prometheus'
  /// `histogram_quantile`: in between two bounds it is taken to be spread evenly.
  func quantile(_ share: Double, _ name: String, where isMeant: (MetricsSeries) -> Bool = { _ in true })
    -> Double?
  {
    let former = Self.buckets(before, name, isMeant)
    let buckets = Self.buckets(after, name, isMeant).map { bound, count in
      (bound: bound, count: count - (former[bound] ?? 0))
    }.sorted { $0.bound < $1.bound }
    guard let all = buckets.last?.count, all > 0 else { return nil }
    let wanted = share * all
    var (lower, below) = (0.0, 0.0)
    for bucket in buckets {
      if bucket.count >= wanted {
        guard bucket.bound.isFinite else { return lower }
        let inside = bucket.count - below
        return inside > 0 ? lower + (bucket.bound - lower) * (wanted - below) / inside : bucket.bound
      }
      (lower, below) = (bucket.bound, bucket.count)
    }
    return lower
  }

  /// The sums of buckets by their upper bounds.
  private static func buckets(
    _ snapshot: MetricsSnapshot, _ name: String, _ isMeant: (MetricsSeries) -> Bool
  ) -> [Double: Double] {
    snapshot.series(name + "_bucket").filter(isMeant).reduce(into: [:]) { buckets, series in
      let text = series.labels["le"] ?? ""
      let bound = text == "+Inf" ? .infinity : Double(text)
      if let bound { buckets[bound, default: 0] += series.value }
    }
  }
}
