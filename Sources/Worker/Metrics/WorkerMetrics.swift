import Shared
import Synchronization

/// What a worker counts of the calls that it has made and the jobs that it has ended.
final class WorkerMetrics: Sendable {
  private let targets: TargetNames
  let tenants: TenantNames
  private let families = TargetFamilies()
  private let byTarget = Mutex<[Target: TargetMetrics]>([:])
  private let tenantTokens = CounterFamily(Metrics.tenantTokens)
  private let tenantCost = CounterFamily(Metrics.tenantCost, places: 9)
  private let byTenant = Mutex<[String: (tokens: Counter, cost: Counter)]>([:])
  private let waits = HistogramFamily(Metrics.queueWait)
  private let byLane = Mutex<[String: Histogram]>([:])
  private let ages = HistogramFamily(Metrics.claimAge)
  private let retries = CounterFamily(Metrics.retries)
  private let changes = CounterFamily(Metrics.circuitChanges)
  private let age: Histogram

  init(targets: TargetNames, tenants: TenantNames) {
    self.targets = targets
    self.tenants = tenants
    age = ages.series()
    retries.begin(["failed", "unasked"])
  }

  /// The series of a target.
  func series(of target: Target) -> TargetMetrics {
    byTarget.withLock { series in
      if let known = series[target] { return known }
      let name = targets.name(of: target)
      let new = series[name] ?? TargetMetrics(name, families)
      series[name] = new
      return new
    }
  }

  func claimed(_ job: ClaimedJob) {
    if let age = job.age { self.age.observe(age, trace: job.trace?.recorded) }
  }

  /// A job has been recorded as ended; `result` is nil for a failure, `trace` what an exemplar may name.
  func ended(_ account: JobAccount, with result: JobResult?, trace: String? = nil) {
    if let wait = account.wait { histogram(of: account.lane).observe(wait, trace: trace) }
    guard let result else { return }
    let usage = result.usedInAll
    if result.payments.isEmpty {
      series(of: Target(provider: result.provider, model: result.model)).used(usage, cost: result.cost)
    }
    for payment in result.payments { series(of: payment.target).used(payment.usage, cost: payment.cost) }
    let tenant = counters(of: account.tenant)
    tenant.tokens.add(usage.totalTokens)
    tenant.cost.add(Int(result.cost.rawValue))
  }

  /// What nobody gets was bought all the same, and was recorded; `tenant` is nil where Redis did not say whose it was.
  func bought(_ purchase: Purchase, by tenant: String?) {
    let usage = TokenUsage(
      promptTokens: purchase.promptTokens, completionTokens: purchase.completionTokens)
    let subject = Target(provider: purchase.provider, model: purchase.model)
    series(of: ProviderKey.target(of: subject)).used(usage, cost: purchase.cost)
    guard let tenant else { return }
    let counters = counters(of: tenant)
    counters.tokens.add(usage.totalTokens)
    counters.cost.add(Int(purchase.cost.rawValue))
  }

  func putBack(isAsked: Bool) { retries.series(isAsked ? "failed" : "unasked").add() }

  /// A circuit of this worker has opened for that, or closed.
  func circuitChanged(of target: Target, to outcome: String) {
    let name = targets.name(of: ProviderKey.target(of: target))
    changes.series(name.provider, name.model, outcome).add()
  }

  private func histogram(of lane: String) -> Histogram {
    byLane.withLock { series in
      if let known = series[lane] { return known }
      let new = waits.series(lane)
      series[lane] = new
      return new
    }
  }

  private func counters(of tenant: String) -> (tokens: Counter, cost: Counter) {
    let name = tenants.name(of: tenant)
    return byTenant.withLock { series in
      if let known = series[name] { return known }
      let new = (tokens: tenantTokens.series(name), cost: tenantCost.series(name))
      series[name] = new
      return new
    }
  }

  func write(to text: inout MetricsText) {
    families.write(to: &text)
    for family in [tenantTokens, tenantCost, retries, changes] { family.write(to: &text) }
    for family in [waits, ages] { family.write(to: &text) }
    let left = byTarget.withLock { Array($0.values) }.flatMap(\.quotaLeft)
    text.add(Metrics.quotaLeft, left)
  }
}

extension JobTrace {
  /// What an exemplar may name: nil where no backend is told of it.
  fileprivate var recorded: String? { context.isSampled ? "\(context.traceID)" : nil }
}
