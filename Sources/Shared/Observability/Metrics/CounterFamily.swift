import Synchronization

/// All series of a counter in this process. Whoever counts often keeps the series that it has got.
public final class CounterFamily: Sendable {
  public let metric: Metric
  /// Of how many units, in powers of ten, one of the metric's is made: 9 where billionths are counted.
  private let places: Int
  private let series: SeriesTable<Counter>

  public init(_ metric: Metric, places: Int = 0, most: Int = SeriesTable<Counter>.most) {
    self.metric = metric
    self.places = places
    series = SeriesTable(labels: metric.labels.count, most: most) { Counter() }
  }

  /// The series with these values of its labels, which is there from now on.
  public func series(_ labels: String...) -> Counter { series[labels] }

  /// Has series told that have counted nothing yet: whoever looks for an increase needs a beginning.
  public func begin(_ values: some Sequence<String>) {
    for value in values { _ = series[[value]] }
  }

  public func write(to text: inout MetricsText) {
    let samples = series.all.map { labels, counter in
      (
        labels: labels,
        number: places == 0 ? MetricNumber.integer(counter.value) : .scaled(counter.value, places: places)
      )
    }
    text.add(metric, samples)
  }
}
