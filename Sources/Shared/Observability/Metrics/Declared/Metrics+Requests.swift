/// What clients ask, and how they fare.
extension Metrics {
  public static let httpRequestDuration = Metric(
    "sluice_http_request_duration_seconds", .histogram(Buckets.seconds),
    "How long requests took, from their head to the end of the answer, by route and status.",
    by: ["route", "status"], from: .api)
  public static let cacheAnswers = Metric(
    "sluice_cache_answers_total", .counter,
    "Requests that may use the cache: answered from it (hit), by a call of their own (miss), or by that of an equal request (coalesced).",
    by: ["result"], from: .api)
  public static let refusals = Metric(
    "sluice_refusals_total", .counter,
    "Requests that were refused before any provider was asked, by what refused them.", by: ["reason"],
    from: .api)
  public static let tenantRequests = Metric(
    "sluice_tenant_requests_total", .counter,
    "Requests that came under keys of a tenant. Beyond METRICS_TENANTS, tenants count as other.",
    by: ["tenant"], from: .api, namesTenants: true)
  public static let jobsLost = Metric(
    "sluice_jobs_lost_total", .counter,
    "Jobs that this process had accepted and found gone. Expected to be nothing.", from: .api)
  public static let jobsReadmitted = Metric(
    "sluice_jobs_readmitted_total", .counter,
    "Jobs that were gone and that this process admitted again while their callers waited.", from: .api)

  static let requests: [Metric] = [
    httpRequestDuration, serverFirstToken, serverPerToken, cacheAnswers, refusals, tenantRequests, jobsLost,
    jobsReadmitted,
  ]
}
