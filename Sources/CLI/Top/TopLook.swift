import Shared

/// All that was seen of a Sluice at one time.
struct TopLook: Sendable {
  struct Worker: Sendable {
    /// Its address without the scheme.
    let name: String
    /// Nil where it did not answer.
    let metrics: MetricsSnapshot?
  }

  let api: MetricsSnapshot
  let workers: [Worker]
  /// As `GET /providers` tells them.
  let providers: [JSONValue]
  let usage: TopUsage
}

/// What was used since the day began, in UTC.
struct TopUsage: Sendable {
  /// Rows as `GET /admin/usage` tells them.
  var byTenant: [JSONValue] = []
  var byProvider: [JSONValue] = []
  var time = ContinuousClock.now

  var dollars: Double { byProvider.reduce(0) { $0 + ($1["cost_usd"]?.double ?? 0) } }
}
