import Shared

/// Looks at a Sluice again and again, and keeps what the next look is compared with.
actor TopWatch {
  private let url: String
  private let source: TopSource
  private var last: TopLook?
  private var view: TopView?
  private var trail = SpendTrail()

  init(url: String, source: TopSource) {
    self.url = url
    self.source = source
  }

  /// Looks once. Throws where nothing was ever seen; later failures are shown above what was seen last.
  func look() async throws -> TopView {
    let look: TopLook
    do {
      look = try await source.look(after: last?.usage)
      try Task.checkCancellation()
    } catch let failure as CommandFailure {
      guard var view else { throw failure }
      try Task.checkCancellation()
      view.trouble = failure.description
      self.view = view
      return view
    }
    if last?.usage.time != look.usage.time { trail.add(look.usage.dollars, at: look.usage.time) }
    let former = last?.workers
    let changes = look.workers.enumerated().map { place, worker in
      worker.metrics.flatMap { MetricsChange(from: former?[place].metrics, to: $0) }
    }
    let seen = TopView(
      url: url, clock: String(Timestamp.format(unixMilliseconds: Timestamp.now).dropFirst(11).prefix(8)),
      look: look, change: MetricsChange(from: last?.api, to: look.api), workerChanges: changes,
      hourlySpend: trail.hourly)
    (last, view) = (look, seen)
    return seen
  }

  /// What was seen last.
  var seen: TopView? { view }
}
