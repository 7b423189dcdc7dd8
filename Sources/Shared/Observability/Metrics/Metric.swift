/// One family of metrics, declared once: its name, kind, help and labels. What Prometheus is told, and the table in
/// docs/observability.md, come from here.
///
/// Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` behind what is counted.
public struct Metric: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case counter
    case gauge
    /// With the upper bounds of its buckets, but for infinity.
    case histogram([Double])
  }

  /// Which process tells it.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    case api = "API"
    case worker
    case both = "both"
  }

  /// As Prometheus knows it.
  public let name: String
  public let kind: Kind
  /// A phrase with a full stop, in one line.
  public let help: String
  /// The names of its labels, in the order in which their values are given.
  public let labels: [String]
  public let source: Source
  /// Whether one of its labels names tenants: such series are not shown to everybody.
  public let namesTenants: Bool

  public init(
    _ name: String, _ kind: Kind, _ help: String, by labels: [String] = [], from source: Source,
    namesTenants: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
    self.source = source
    self.namesTenants = namesTenants
  }

  public static func == (one: Metric, other: Metric) -> Bool { one.name == other.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Metric.Kind {
  /// What OpenMetrics and Prometheus call it.
  var word: String {
    switch self {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    }
  }
}
