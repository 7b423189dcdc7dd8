/// Every metric of Sluice, declared once each, in extensions by what they tell of.
public enum Metrics {
  /// All of them, in the order of the documentation.
  public static let all: [Metric] = requests + answers + queue + workers + redis + processes

  /// All of them as a Markdown table, for docs/observability.md.
  public static var table: String {
    let rows = all.map { metric in
      let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
      return
        "| `\(metric.name)` | \(metric.kind.word) | \(labels) | \(metric.source.rawValue) | \(metric.help) |"
    }
    return (["| metric | kind | labels | told by | what it is |", "| --- | --- | --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }
}

/// The upper bounds of buckets. Models answer within milliseconds, out of a cache, or after minutes.
enum Buckets {
  /// From a millisecond to ten minutes.
  static let seconds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
  ]
  /// As OpenTelemetry's conventions have them for `gen_ai.client.operation.duration`, and further up to ten minutes.
  static let operation = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
    655.36,
  ]
  /// As they have them for `gen_ai.server.time_to_first_token`, and further up to ten minutes.
  static let firstToken = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 600,
  ]
  /// As they have them for `gen_ai.server.time_per_output_token`, and further down to a millisecond.
  static let perToken = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
  ]
  /// As they have them for `gen_ai.client.token.usage`.
  static let tokens = (0...13).map { Double(1 << (2 * $0)) }
  /// One step of the queue at Redis.
  static let step = [
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  ]
}
