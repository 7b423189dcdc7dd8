/// What a process told Prometheus at one time.
struct MetricsSnapshot: Sendable {
  let time: ContinuousClock.Instant
  private let families: [String: [MetricsSeries]]

  init(_ text: String, at time: ContinuousClock.Instant) {
    self.time = time
    // Lines may end as on Windows where a proxy made them so.
    families = Dictionary(
      grouping: text.split(whereSeparator: \.isNewline).compactMap { MetricsSeries(line: $0) }, by: \.name)
  }

  /// Whether it is one of Sluice's programs that told it.
  var isOfSluice: Bool { families["sluice_build_info"] != nil }

  /// Its version; nil where it is none of Sluice's.
  var version: String? { families["sluice_build_info"]?.first?.labels["version"] }

  /// The samples of a name that have these labels.
  func series(_ name: String, _ labels: [String: String] = [:]) -> [MetricsSeries] {
    (families[name] ?? []).filter { series in labels.allSatisfy { series.labels[$0.key] == $0.value } }
  }

  /// Their sum; nil where there is none.
  func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let found = series(name, labels)
    return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
  }

  /// Their sums by the values of one of their labels.
  func sums(_ name: String, by label: String) -> [String: Double] {
    series(name).reduce(into: [:]) { sums, series in
      sums[series.labels[label] ?? "", default: 0] += series.value
    }
  }

  /// When the process began: what it counts begins there.
  var processStart: Double? { sum("process_start_time_seconds") }
}
