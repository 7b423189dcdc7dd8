/// What stands in the queue, and what has happened there. All API processes tell the same.
extension Metrics {
  public static let jobs = Metric(
    "sluice_jobs", .gauge, "Jobs that have not ended, by state.", by: ["state"], from: .api)
  public static let queueDepth = Metric(
    "sluice_queue_depth", .gauge, "Jobs that stand in a lane.", by: ["lane"], from: .api)
  public static let queueOldest = Metric(
    "sluice_queue_oldest_seconds", .gauge,
    "For how long the job could have been begun that waits longest in a lane: since it came, or since its delay or its pause "
      + "before another attempt was over; 0 for an empty one.",
    by: ["lane"], from: .api)
  public static let openBytes = Metric(
    "sluice_open_bytes", .gauge, "Bytes of requests that have not ended.", from: .api)
  public static let deadLettersHeld = Metric(
    "sluice_dead_letters_held", .gauge,
    "Jobs and deliveries that failed for good and that an operator can mend.", from: .api)
  public static let deadLetters = Metric(
    "sluice_dead_letters_total", .counter,
    "Jobs and deliveries that became dead letters, by why they failed.",
    by: ["reason"], from: .api)
  public static let workersAlive = Metric(
    "sluice_workers", .gauge, "Workers that are alive.", from: .api)
  public static let jobsEnded = Metric(
    "sluice_jobs_ended_total", .counter, "Jobs that have ended, by state.", by: ["state"], from: .api)
  public static let deliveries = Metric(
    "sluice_deliveries_total", .counter, "Webhook deliveries that have ended, by state.", by: ["state"],
    from: .api)
  public static let notices = Metric(
    "sluice_notices_total", .counter, "Notices of limits and budgets, by kind.", by: ["kind"], from: .api)
  public static let jobsPutOff = Metric(
    "sluice_jobs_put_off_total", .counter, "Jobs that a budget put off to its next period.", from: .api)
  public static let jobsCoalesced = Metric(
    "sluice_jobs_coalesced_total", .counter, "Jobs that shared another's call.", from: .api)
  public static let staleOutcomes = Metric(
    "sluice_stale_outcomes_total", .counter, "Outcomes refused for an old fencing token.", from: .api)
  public static let leasesReclaimed = Metric(
    "sluice_leases_reclaimed_total", .counter, "Leases that ran out.", from: .api)
  public static let workerCrashes = Metric(
    "sluice_worker_crashes_total", .counter, "Leases that ran out because their worker was lost.", from: .api)
  public static let jobsQuarantined = Metric(
    "sluice_jobs_quarantined_total", .counter, "Jobs that lost their worker three times.", from: .api)
  public static let janitorRepairs = Metric(
    "sluice_janitor_repairs_total", .counter, "What the janitor had to repair; expected to be nothing.",
    by: ["kind"], from: .api)
  public static let orphans = Metric(
    "sluice_orphans_total", .counter,
    "Members of indexes without their job, which were removed: keys were lost. Expected to be nothing.",
    by: ["kind"], from: .api)
  public static let untold = Metric(
    "sluice_untold_total", .counter, "Messages on channels that Redis' rules forbid to Sluice.", from: .api)
  public static let queueDropped = Metric(
    "sluice_dropped_total", .counter, "What gave way to new work before its time.", by: ["part"], from: .api)

  static let queue: [Metric] = [
    jobs, queueDepth, queueOldest, queueWait, claimAge, openBytes, deadLettersHeld, deadLetters, workersAlive,
    jobsEnded, retries, deliveries, notices, jobsPutOff, jobsCoalesced, staleOutcomes, leasesReclaimed,
    workerCrashes, jobsQuarantined, janitorRepairs, orphans, untold, queueDropped,
  ]
}
