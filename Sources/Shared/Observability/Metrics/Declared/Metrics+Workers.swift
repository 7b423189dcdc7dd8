/// What one worker holds and does.
extension Metrics {
  public static let queueWait = Metric(
    "sluice_queue_wait_seconds", .histogram(Buckets.seconds),
    "How long jobs of this worker had waited when they were begun for the first time, by lane; counted when they end.",
    by: ["lane"], from: .worker)
  public static let claimAge = Metric(
    "sluice_claim_age_seconds", .histogram(Buckets.seconds),
    "How old jobs were, from their admission, when this worker claimed them from a lane. One that is handed over as it comes is not claimed.",
    from: .worker)
  public static let retries = Metric(
    "sluice_retries_total", .counter,
    "Jobs that were put back for another attempt: after their providers had failed, or because none could be asked (unasked).",
    by: ["reason"], from: .worker)
  public static let slots = Metric(
    "sluice_worker_slots", .gauge, "What this worker can hold: taken by jobs, and free.", by: ["state"],
    from: .worker)
  public static let jobsHeld = Metric(
    "sluice_worker_jobs_held", .gauge, "Jobs that this worker has in hand.", from: .worker)
  public static let concurrency = Metric(
    "sluice_worker_concurrency", .gauge, "Jobs that it takes at once.", from: .worker)
  public static let claimsStuck = Metric(
    "sluice_worker_claims_stuck", .gauge, "1 while it has not been able to claim jobs for a while.",
    from: .worker)

  static let workers: [Metric] = [slots, jobsHeld, concurrency, claimsStuck]
}
