public import NIOCore

/// Metrics in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
public struct MetricsText: Sendable {
  public static let contentType = "text/plain; version=0.0.4"

  public enum Kind: String, Sendable {
    case counter
    case gauge
  }

  public private(set) var buffer = ByteBuffer()

  public init() {}

  /// Adds a family; its name without `sluice_`. A label's value is one of Sluice's own words.
  public mutating func add(
    _ name: String, _ kind: Kind, _ help: String, by label: String, _ samples: [(value: String, number: Int)]
  ) {
    begin(name, kind, help)
    for sample in samples {
      buffer.writeString("sluice_\(name){\(label)=\"\(sample.value)\"} \(sample.number)\n")
    }
  }

  /// Adds a family of samples with several labels each, in the order of these. Values are Sluice's own words or names of
  /// providers.
  public mutating func add(
    _ name: String, _ kind: Kind, _ help: String,
    _ samples: [(labels: [(name: String, value: String)], number: Int)]
  ) {
    begin(name, kind, help)
    let lines = samples.map { sample in
      let labels = sample.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
      return "sluice_\(name){\(labels)} \(sample.number)\n"
    }
    for line in lines.sorted() { buffer.writeString(line) }
  }

  /// Adds a family of one sample.
  public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ number: Int) {
    begin(name, kind, help)
    buffer.writeString("sluice_\(name) \(number)\n")
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    buffer.writeString("# HELP sluice_\(name) \(help)\n# TYPE sluice_\(name) \(kind.rawValue)\n")
  }
}
