import Foundation
import Testing

@testable import Shared

@Suite("Metrics as Prometheus reads them")
struct MetricsTextTests {
  private static let counter = Metric(
    "sluice_things_total", .counter, "Things with a \\ and\na \"quote\".", by: ["kind"], from: .both)
  private static let gauge = Metric("sluice_level", .gauge, "A level.", from: .both)
  private static let histogram = Metric(
    "sluice_time_seconds", .histogram([0.5, 1, 2.5]), "Times.", by: ["step"], from: .both)
  private static let ofTenants = Metric(
    "sluice_tenant_total", .counter, "By tenant.", by: ["tenant"], from: .api, namesTenants: true)

  private func text(
    _ format: MetricsFormat, showsTenants: Bool = true, _ add: (inout MetricsText) -> Void
  ) -> String {
    var text = MetricsText(format, showsTenants: showsTenants)
    add(&text)
    return String(buffer: text.finished())
  }

  @Test("text and labels are escaped, families sorted by their labels")
  func prometheus() {
    let written = text(.prometheus) { text in
      text.add(Self.counter, [("z", 2), ("a\"\\\nb", 1)])
      text.add(Self.gauge, 0.25)
    }
    #expect(
      written == """
        # HELP sluice_things_total Things with a \\\\ and\\na "quote".
        # TYPE sluice_things_total counter
        sluice_things_total{kind="a\\"\\\\\\nb"} 1
        sluice_things_total{kind="z"} 2
        # HELP sluice_level A level.
        # TYPE sluice_level gauge
        sluice_level 0.25

        """)
  }

  @Test("OpenMetrics names the family, and ends")
  func openMetrics() {
    let written = text(.openMetrics) { $0.add(Self.counter, [("a", 1)]) }
    #expect(
      written == """
        # HELP sluice_things Things with a \\\\ and\\na \\"quote\\".
        # TYPE sluice_things counter
        sluice_things_total{kind="a"} 1
        # EOF

        """)
  }

  @Test("a histogram adds up its buckets, up to infinity; NaN is passed over")
  func histogram() {
    let family = HistogramFamily(Self.histogram)
    for value in [0.1, 0.5, 0.75, 7, .nan] { family.series("a").observe(value) }
    family.series("a").observe(Duration.milliseconds(2500))
    let lines = text(.prometheus) { family.write(to: &$0) }.split(separator: "\n").dropFirst(2)
    #expect(
      lines.elementsEqual([
        #"sluice_time_seconds_bucket{step="a",le="0.5"} 2"#,
        #"sluice_time_seconds_bucket{step="a",le="1.0"} 3"#,
        #"sluice_time_seconds_bucket{step="a",le="2.5"} 4"#,
        #"sluice_time_seconds_bucket{step="a",le="+Inf"} 5"#,
        #"sluice_time_seconds_sum{step="a"} 10.85"#, #"sluice_time_seconds_count{step="a"} 5"#,
      ]))
  }

  @Test("an exemplar stands at its bucket, for OpenMetrics alone")
  func exemplars() throws {
    let family = HistogramFamily(Self.histogram)
    let trace = String(repeating: "ab", count: 16)
    family.series("a").observe(0.75, trace: trace)
    family.series("a").observe(0.8, trace: String(repeating: "cd", count: 16))
    let lines = text(.openMetrics) { family.write(to: &$0) }.split(separator: "\n")
    let marked = lines.filter { $0.contains(" # ") && !$0.hasPrefix("#") }
    let line = try #require(marked.first)
    #expect(marked.count == 1)
    #expect(
      line.hasPrefix("sluice_time_seconds_bucket{step=\"a\",le=\"1.0\"} 2 # {trace_id=\"\(trace)\"} 0.75 "))
    #expect(!text(.prometheus) { family.write(to: &$0) }.contains("trace_id"))
  }

  @Test("numbers are written as both formats want them")
  func numbers() {
    #expect(MetricNumber.text(of: .nan) == "NaN" && MetricNumber.text(of: .infinity) == "+Inf")
    #expect(MetricNumber.text(of: -.infinity) == "-Inf" && MetricNumber.text(of: 1) == "1.0")
    let cost = CounterFamily(Self.counter, places: 9)
    cost.series("a").add(1_500_000_001)
    #expect(text(.prometheus) { cost.write(to: &$0) }.contains("{kind=\"a\"} 1.500000001\n"))
  }

  @Test("series that name tenants are left out where they are nobody's business")
  func tenants() {
    let family = CounterFamily(Self.ofTenants)
    family.series("search").add()
    #expect(text(.prometheus, showsTenants: false) { family.write(to: &$0) } == "")
    #expect(text(.prometheus) { family.write(to: &$0) }.contains("search"))
  }

  @Test("there is a bound to series, whatever their labels say; the rest counts together")
  func bounds() {
    let family = CounterFamily(Self.counter, most: 3)
    for number in 1...1000 { family.series("kind \(number)").add() }
    let lines = text(.prometheus) { family.write(to: &$0) }.split(separator: "\n").dropFirst(2)
    #expect(lines.count == 4 && lines.contains(#"sluice_things_total{kind="other"} 997"#))
    let names = TenantNames(most: 2)
    names.add(["a", "b", "c"])
    #expect(["a", "b", "c", "d"].map(names.name) == ["a", "b", "other", "other"])
  }

  @Test(
    "OpenMetrics is written for who asks for it",
    arguments: [
      (nil, MetricsFormat.prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
      ("application/openmetrics-text", .openMetrics),
      (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2",
        .openMetrics
      ),
      ("application/openmetrics-text;version=2.0.0", .prometheus),
      ("text/plain;q=0.9, application/openmetrics-text; version=1.0.0; q=0.1", .prometheus),
      ("application/openmetrics-text;q=0", .prometheus), (",;q=,", .prometheus),
    ] as [(String?, MetricsFormat)])
  func accept(header: String?, format: MetricsFormat) {
    #expect(MetricsFormat(accept: header) == format)
  }

  @Test("docs/observability.md holds the table that the declarations make")
  func documentation() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "docs/observability.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(page.firstRange(of: "<!-- metrics -->\n"))
    let end = try #require(page.firstRange(of: "<!-- end of metrics -->"))
    if ProcessInfo.processInfo.environment["SLUICE_WRITE_DOCS"] != nil {
      let written = page[..<start.upperBound] + Metrics.table + "\n" + page[end.lowerBound...]
      try Data(String(written).utf8).write(to: file)
    } else {
      let table = page[start.upperBound..<end.lowerBound]
      #expect(table == Metrics.table + "\n", "`make docs` brings the page up to date")
    }
  }

  @Test("each metric has a name of its own, by Prometheus' rules")
  func names() {
    #expect(Set(Metrics.all.map(\.name)).count == Metrics.all.count)
    for metric in Metrics.all {
      #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
      #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(metric.name)")
    }
  }
}
