/// The forms in which Prometheus reads metrics.
public enum MetricsFormat: Sendable, Hashable {
  /// https://prometheus.io/docs/instrumenting/exposition_formats/
  case prometheus
  /// https://prometheus.io/docs/specs/om/open_metrics_spec/: with exemplars.
  case openMetrics

  /// The one that an `Accept` header asks for, which is Prometheus' where it says nothing of the other.
  public init(accept: String?) {
    guard let accept else {
      self = .prometheus
      return
    }
    func quality(of type: String) -> Double? {
      for entry in accept.split(separator: ",") {
        let parts = entry.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
        guard parts.first == type else { continue }
        // Only version 1 is written here.
        if let version = parts.first(where: { $0.hasPrefix("version=") }), type.hasSuffix("openmetrics-text"),
          !version.hasPrefix("version=1"), !version.hasPrefix("version=0")
        {
          continue
        }
        return parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      }
      return nil
    }
    let open = quality(of: "application/openmetrics-text") ?? 0
    self = open > 0 && open >= quality(of: "text/plain") ?? 0 ? .openMetrics : .prometheus
  }

  public var contentType: String {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}
