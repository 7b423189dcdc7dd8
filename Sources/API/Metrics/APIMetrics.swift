import Shared
import Synchronization

/// What an API process counts of the requests that it has answered.
final class APIMetrics: Sendable {
  private struct Outcome: Hashable {
    let route: String
    let status: Int
  }

  static let otherRoute = "other"

  private let requests = HistogramFamily(Metrics.httpRequestDuration)
  private let firstToken = HistogramFamily(Metrics.serverFirstToken)
  private let perToken = HistogramFamily(Metrics.serverPerToken)
  private let cache = CounterFamily(Metrics.cacheAnswers)
  private let refusals = CounterFamily(Metrics.refusals)
  private let tenantRequests = CounterFamily(Metrics.tenantRequests)
  private let targets: TargetNames
  let tenants: TenantNames
  /// The same series by what is at hand for each request.
  private let byOutcome = Mutex<[Outcome: Histogram]>([:])
  private let byTenant = Mutex<[String: Counter]>([:])
  private let byCache: [CacheStatus: Counter]

  init(targets: TargetNames, tenants: TenantNames) {
    self.targets = targets
    self.tenants = tenants
    let cache = cache
    byCache = Dictionary(
      uniqueKeysWithValues: [CacheStatus.hit, .miss, .coalesced].map { ($0, cache.series($0.rawValue)) })
    refusals.begin(RefusalReason.allCases.map(\.rawValue))
  }

  func ended(
    _ facts: RequestTrail.Facts, _ end: RequestLog.End, after total: Duration,
    since start: ContinuousClock.Instant
  ) {
    histogram(of: Outcome(route: facts.route ?? Self.otherRoute, status: end.status))
      .observe(total, trace: facts.recordedTrace)
    if let tenant = facts.tenant { counter(of: tenant).add() }
    if let cache = facts.cache { byCache[cache]?.add() }
    if let first = facts.firstToken { noteTokens(facts, from: start, first) }
  }

  func refused(_ problem: Problem) {
    if let reason = problem.refusalReason { refusals.series(reason.rawValue).add() }
  }

  private func histogram(of outcome: Outcome) -> Histogram {
    byOutcome.withLock { series in
      if let known = series[outcome] { return known }
      let new = requests.series(outcome.route, "\(outcome.status)")
      series[outcome] = new
      return new
    }
  }

  private func counter(of tenant: String) -> Counter {
    let name = tenants.name(of: tenant)
    return byTenant.withLock { series in
      if let known = series[name] { return known }
      let new = tenantRequests.series(name)
      series[name] = new
      return new
    }
  }

  /// Of a stream: when its first piece went out, and how fast the others came.
  private func noteTokens(
    _ facts: RequestTrail.Facts, from start: ContinuousClock.Instant, _ first: ContinuousClock.Instant
  ) {
    let summary = facts.body.flatMap(AnswerSummary.init)
    guard let target = summary?.target ?? facts.target else { return }
    let name = targets.name(of: target)
    firstToken.series(facts.operation, name.provider, name.model)
      .observe(start.duration(to: first), trace: facts.recordedTrace)
    guard let last = facts.lastToken, last > first, let tokens = summary?.completionTokens, tokens > 1 else {
      return
    }
    perToken.series(facts.operation, name.provider, name.model)
      .observe(first.duration(to: last).seconds / Double(tokens - 1), trace: facts.recordedTrace)
  }

  func write(to text: inout MetricsText) {
    for family in [requests, firstToken, perToken] { family.write(to: &text) }
    for family in [cache, refusals, tenantRequests] { family.write(to: &text) }
  }
}
