public import NIOCore

/// Writes metrics, family by family, in one of the forms of ``MetricsFormat``.
public struct MetricsText: Sendable {
  public let format: MetricsFormat
  /// Whether series that name tenants are shown.
  public let showsTenants: Bool
  private var bytes: [UInt8] = []

  public init(_ format: MetricsFormat = .prometheus, showsTenants: Bool = true) {
    self.format = format
    self.showsTenants = showsTenants
    bytes.reserveCapacity(32_768)
  }

  /// All that was written. Call it last.
  public consuming func finished() -> ByteBuffer {
    if format == .openMetrics { bytes.append("# EOF\n") }
    return ByteBuffer(bytes: bytes)
  }

  // MARK: - Families

  /// Adds a family of one sample.
  public mutating func add(_ metric: Metric, _ number: Int) { add(metric, [([], .integer(number))]) }

  /// Adds a family of one sample.
  public mutating func add(_ metric: Metric, _ number: Double) { add(metric, [([], .real(number))]) }

  /// Adds a family with one label.
  public mutating func add(_ metric: Metric, _ samples: [(value: String, number: Int)]) {
    add(metric, samples.map { ([$0.value], .integer($0.number)) })
  }

  /// Adds a counter or gauge: samples with the values of its labels, in their order.
  public mutating func add(_ metric: Metric, _ samples: [(labels: [String], number: MetricNumber)]) {
    guard isShown(metric) else { return }
    begin(metric)
    for sample in samples.sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) }) {
      writeName(metric.name, metric.labels, sample.labels)
      bytes.append(sample.number)
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  /// Adds a histogram.
  mutating func add(_ metric: Metric, histograms: [(labels: [String], HistogramCounts)]) {
    guard isShown(metric) else { return }
    begin(metric)
    for (labels, counts) in histograms.sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) }) {
      var sum = 0
      for (index, bound) in (counts.bounds + [.infinity]).enumerated() {
        sum += counts.counts[index]
        writeName(metric.name + "_bucket", metric.labels + ["le"], labels + [MetricNumber.text(of: bound)])
        bytes.append(.integer(sum))
        write(counts.exemplars[index])
        bytes.append(UInt8(ascii: "\n"))
      }
      writeName(metric.name + "_sum", metric.labels, labels)
      bytes.append(.real(counts.sum))
      bytes.append(UInt8(ascii: "\n"))
      writeName(metric.name + "_count", metric.labels, labels)
      bytes.append(.integer(sum))
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private func isShown(_ metric: Metric) -> Bool { showsTenants || !metric.namesTenants }

  private mutating func begin(_ metric: Metric) {
    var name = metric.name
    // OpenMetrics names the family, and not its samples.
    if format == .openMetrics, metric.kind == .counter, name.hasSuffix("_total") { name.removeLast(6) }
    bytes.append("# HELP ")
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: " "))
    bytes.append(escaping: metric.help, quotes: format == .openMetrics)
    bytes.append("\n# TYPE ")
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: metric.kind.word.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func writeName(_ name: String, _ labels: [String], _ values: [String]) {
    bytes.append(contentsOf: name.utf8)
    for (index, (label, value)) in zip(labels, values).enumerated() {
      bytes.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
      bytes.append(contentsOf: label.utf8)
      bytes.append("=\"")
      bytes.append(escaping: value, quotes: true)
      bytes.append(UInt8(ascii: "\""))
    }
    if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: " "))
  }

  private mutating func write(_ exemplar: Exemplar?) {
    guard format == .openMetrics, let exemplar else { return }
    bytes.append(" # {trace_id=\"")
    bytes.append(escaping: exemplar.trace, quotes: true)
    bytes.append("\"} ")
    bytes.append(.real(exemplar.value))
    bytes.append(UInt8(ascii: " "))
    bytes.append(.scaled(Int(exemplar.time), places: 3))
  }
}

extension [UInt8] {
  /// Appends a text in which a backslash, a line's end and, with `quotes`, a quote are escaped.
  fileprivate mutating func append(escaping text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\"") where quotes: append("\\\"")
      default: append(byte)
      }
    }
  }

  fileprivate mutating func append(_ number: MetricNumber) {
    switch number {
    case .integer(let number): append(decimal: Int64(number))
    case .real(let number): append(contentsOf: MetricNumber.text(of: number).utf8)
    case .scaled(let units, let places):
      var json = JSONWriter(capacity: 32)
      json.write(decimal: Int64(units), places: places)
      append(contentsOf: json.bytes)
    }
  }
}
