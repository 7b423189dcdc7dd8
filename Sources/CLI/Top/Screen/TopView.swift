import Shared

/// What `sluice top` shows of two looks at a Sluice.
struct TopView: Sendable {
  /// The most rows of a table of tenants.
  private static let mostTenants = 10

  let url: String
  /// The time of day of the last look, in UTC.
  let clock: String
  let look: TopLook
  /// What the API did in between; nil at first, or where another process answered.
  let change: MetricsChange?
  /// The same of each worker.
  let workerChanges: [MetricsChange?]
  /// Dollars an hour.
  let hourlySpend: Double?
  /// Why the last look failed: what is shown is older.
  var trouble: String?

  var lines: [TopLine] {
    var lines = [TopLine(text: "Sluice \(look.api.version ?? "") at \(url)  \(clock)", style: .title)]
    if let trouble { lines.append(TopLine(text: trouble, style: .trouble)) }
    lines += [.empty] + summary + [.empty] + lanes + [.empty] + providers
    if !look.workers.isEmpty { lines += [.empty] + workers }
    return lines + [.empty] + spend
  }

  // MARK: - Parts

  private var summary: [TopLine] {
    let api = look.api
    let workers = api.sum("sluice_workers")
    let dead = api.sum("sluice_dead_letters_held")
    let jobs = api.sums("sluice_jobs", by: "state")
    func ended(_ state: String) -> String {
      FigureText.rate(change?.rate("sluice_jobs_ended_total") { $0.labels["state"] == state })
    }
    return [
      TopLine(
        text:
          "Workers \(FigureText.count(workers))   running \(FigureText.count(jobs["running"]))   queued \(FigureText.count(jobs["queued"]))   scheduled \(FigureText.count(jobs["scheduled"]))   dead letters \(FigureText.count(dead))",
        style: workers == 0 ? .trouble : .plain),
      TopLine(
        text:
          "Jobs    succeeded \(ended("succeeded"))   failed \(ended("failed"))   cancelled \(ended("cancelled"))   expired \(ended("expired"))"
      ),
      requests, redis,
    ]
  }

  /// What this API process did. Of several, each tells its own.
  private var requests: TopLine {
    let name = "sluice_http_request_duration_seconds"
    let all = change?.rate(name + "_count")
    let errors = change?.rate(name + "_count") { $0.labels["status"]?.hasPrefix("5") == true } ?? 0
    let refused = change?.rate("sluice_refusals_total")
    let cache = change?.rate("sluice_cache_answers_total")
    let hits = change?.rate("sluice_cache_answers_total") { $0.labels["result"] != "miss" }
    let share = cache.flatMap { cache in cache > 0 ? (hits ?? 0) / cache : nil }
    let failing = all.flatMap { $0 > 0 ? errors / $0 : nil }
    return TopLine(
      text:
        "API     requests \(FigureText.rate(all))   5xx \(FigureText.share(failing))   p50 \(FigureText.seconds(change?.quantile(0.5, name)))   p95 \(FigureText.seconds(change?.quantile(0.95, name)))   first token p95 \(FigureText.seconds(change?.quantile(0.95, "gen_ai_server_time_to_first_token_seconds")))   cache \(FigureText.share(share))   refused \(FigureText.rate(refused))",
      style: (failing ?? 0) > 0.05 ? .trouble : .plain)
  }

  private var redis: TopLine {
    let api = look.api
    let isUp = api.sum("sluice_redis_up") == 1
    let isFull = api.sum("sluice_redis_full") == 1
    let limit = api.sum("sluice_redis_memory_limit_bytes").flatMap { $0 > 0 ? $0 : nil }
    let memory =
      FigureText.bytes(api.sum("sluice_redis_memory_used_bytes"))
      + (limit.map { " of \(FigureText.bytes($0))" } ?? "")
    let writes: (MetricsSeries) -> Bool = { ["admit", "complete"].contains($0.labels["step"] ?? "") }
    let step = change?.quantile(0.99, "sluice_redis_step_duration_seconds", where: writes)
    return TopLine(
      text:
        "Redis   \(isUp ? isFull ? "full" : "up" : "away")   memory \(memory)   steps that write p99 \(FigureText.seconds(step))",
      style: isUp && !isFull ? .plain : .trouble)
  }

  private var lanes: [TopLine] {
    var table = Table([
      .init(title: "lane"), .init(title: "waiting", isNumber: true), .init(title: "oldest", isNumber: true),
    ])
    let (depths, ages) = (
      look.api.sums("sluice_queue_depth", by: "lane"),
      look.api.sums("sluice_queue_oldest_seconds", by: "lane")
    )
    for lane in Lane.allCases.map(\.rawValue) {
      table.add([lane, FigureText.count(depths[lane]), FigureText.seconds(ages[lane])])
    }
    return Self.lines(table)
  }

  private var providers: [TopLine] {
    var table = Table([
      .init(title: "provider"), .init(title: "status"), .init(title: "left alone"),
      .init(title: "requests today", isNumber: true),
      .init(title: "errors", isNumber: true), .init(title: "cost", isNumber: true),
    ])
    let open = look.api.series("sluice_circuit_open").filter { $0.value > 0 }
    var troubled: Set<Int> = []
    for (row, provider) in look.providers.enumerated() {
      let name = provider["name"]?.string ?? ""
      let usage = look.usage.byProvider.first { $0["provider"]?.string == name }
      let models = open.filter { $0.labels["provider"] == name }.compactMap { $0.labels["model"] }.sorted()
      if !models.isEmpty || ["open", "half-open"].contains(provider["status"]?.string) {
        troubled.insert(row)
      }
      table.add([
        name, CellText.text(provider["status"]),
        models.isEmpty ? CellText.nothing : models.joined(separator: ", "),
        FigureText.count(usage?["requests"]?.double ?? 0), FigureText.count(usage?["errors"]?.double ?? 0),
        FigureText.dollars(usage?["cost_usd"]?.double ?? 0),
      ])
    }
    return Self.lines(table, troubled)
  }

  private var workers: [TopLine] {
    var table = Table([
      .init(title: "worker"), .init(title: "taken", isNumber: true), .init(title: "slots", isNumber: true),
      .init(title: "calls", isNumber: true), .init(title: "not successful", isNumber: true),
      .init(title: "p95", isNumber: true),
      .init(title: "tokens", isNumber: true), .init(title: "late", isNumber: true), .init(title: "state"),
    ])
    var troubled: Set<Int> = []
    for (row, (worker, change)) in zip(look.workers, workerChanges).enumerated() {
      let (metrics, state) = (worker.metrics, Self.state(of: worker.metrics))
      if state != "works" { troubled.insert(row) }
      let isToken: (MetricsSeries) -> Bool = { ["input", "output"].contains($0.labels["kind"] ?? "") }
      let attempts = "sluice_attempts_total"
      table.add([
        worker.name, FigureText.count(metrics?.sum("sluice_worker_slots", ["state": "taken"])),
        FigureText.count(metrics?.sum("sluice_worker_concurrency")), FigureText.rate(change?.rate(attempts)),
        FigureText.rate(change?.rate(attempts) { $0.labels["outcome"] != "success" }),
        FigureText.seconds(change?.quantile(0.95, "gen_ai_client_operation_duration_seconds")),
        FigureText.rate(change?.rate("sluice_tokens_total", where: isToken)),
        FigureText.seconds(metrics?.sum("sluice_event_loop_lag_seconds")), state,
      ])
    }
    return Self.lines(table, troubled)
  }

  private static func state(of metrics: MetricsSnapshot?) -> String {
    guard let metrics else { return "does not answer" }
    if metrics.sum("sluice_redis_up") != 1 { return "Redis is away" }
    return metrics.sum("sluice_worker_claims_stuck") == 1 ? "cannot claim jobs" : "works"
  }

  private var spend: [TopLine] {
    var table = Table([
      .init(title: "tenant"), .init(title: "requests today", isNumber: true),
      .init(title: "errors", isNumber: true),
      .init(title: "cost", isNumber: true),
    ])
    let spenders = look.usage.byTenant.map { ($0, $0["cost_usd"]?.double ?? 0, $0["requests"]?.double ?? 0) }
      .sorted { ($0.1, $0.2) > ($1.1, $1.2) }
    for (row, dollars, requests) in spenders.prefix(Self.mostTenants) {
      table.add([
        CellText.text(row["tenant"]), FigureText.count(requests), FigureText.count(row["errors"]?.double),
        FigureText.dollars(dollars),
      ])
    }
    let hourly = hourlySpend.map { ", \(FigureText.dollars($0)) an hour" } ?? ""
    let more =
      spenders.count > Self.mostTenants
      ? [TopLine(text: "and \(spenders.count - Self.mostTenants) more")] : []
    return [TopLine(text: "Spent today (UTC) \(FigureText.dollars(look.usage.dollars))\(hourly)"), .empty]
      + Self.lines(table) + more
  }

  /// A table's lines: its titles, and its rows, some of which are in trouble.
  private static func lines(_ table: Table, _ troubled: Set<Int> = []) -> [TopLine] {
    table.text.split(separator: "\n").enumerated().map { number, text in
      TopLine(
        text: String(text), style: number == 0 ? .title : troubled.contains(number - 1) ? .trouble : .plain)
    }
  }
}
