import NIOCore
import Shared

/// What a worker tells of itself.
struct WorkerStatus: Sendable {
  let queue: JobQueue
  let held: HeldJobs
  let claims: ClaimWatch
  let errors: RedisErrorLog
  let concurrency: Int
  let tally: KeyTally

  /// Why it takes no jobs, as a sentence; nil while it does.
  func trouble() async -> String? {
    if held.isStopping { return "This worker is about to stop." }
    do { try await queue.checkReady() } catch { return "\(error.reason)." }
    if claims.isStuck() { return "Jobs have not been claimed for a while; the worker's log says why." }
    return claims.hasClaimed ? nil : "Redis is being looked at."
  }

  /// In Prometheus' text format.
  func metrics() async -> ByteBuffer {
    var isUp = true
    do { try await queue.checkReady() } catch { isUp = false }
    var text = MetricsText()
    text.add("worker_jobs_held", .gauge, "Jobs that this worker has in hand.", held.leases.count)
    text.add("worker_concurrency", .gauge, "Jobs that it takes at once.", concurrency)
    text.add(
      "worker_claims_stuck", .gauge, "1 while it has not been able to claim jobs for a while.",
      claims.isStuck() ? 1 : 0)
    tally.write(to: &text)
    var metrics = text.buffer
    metrics.writeImmutableBuffer(RedisMetrics.text(isUp: isUp, errors: errors.counts))
    return metrics
  }
}
