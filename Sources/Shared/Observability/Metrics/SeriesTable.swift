import Synchronization

/// The series of a family by the values of their labels. There is a bound to them, whatever those are: beyond it, all that
/// is new counts as `other`.
public final class SeriesTable<Series: Sendable>: Sendable {
  /// More than a configuration makes, and few enough for any Prometheus.
  public static var most: Int { 5000 }
  static var other: String { "other" }

  private let labels: Int
  private let most: Int
  private let make: @Sendable () -> Series
  private let series = Mutex<[[String]: Series]>([:])

  init(labels: Int, most: Int, make: @escaping @Sendable () -> Series) {
    self.labels = labels
    self.most = most
    self.make = make
    if labels == 0 { _ = self[[]] }
  }

  subscript(values: [String]) -> Series {
    series.withLock { series in
      if let known = series[values] { return known }
      let key = series.count < most ? values : Array(repeating: Self.other, count: labels)
      if let known = series[key] { return known }
      let new = make()
      series[key] = new
      return new
    }
  }

  var all: [(labels: [String], series: Series)] {
    series.withLock { series in series.map { (labels: $0.key, series: $0.value) } }
  }
}
