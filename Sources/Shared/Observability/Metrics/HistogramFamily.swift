/// All series of a histogram in this process. Whoever counts often keeps the series that it has got.
public final class HistogramFamily: Sendable {
  public let metric: Metric
  private let series: SeriesTable<Histogram>

  public init(_ metric: Metric) {
    self.metric = metric
    let bounds = if case .histogram(let bounds) = metric.kind { bounds } else { [Double]() }
    series = SeriesTable(labels: metric.labels.count, most: 1000) { Histogram(bounds: bounds) }
  }

  /// The series with these values of its labels, which is there from now on.
  public func series(_ labels: String...) -> Histogram { series[labels] }

  public func write(to text: inout MetricsText) {
    text.add(metric, histograms: series.all.map { ($0.labels, $0.series.counts) })
  }
}
