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
  let metrics: WorkerMetrics
  let circuits: CircuitBoard
  let catalogs: CatalogSource
  let lag: LoopLag
  let access: AccessLog
  /// Nil where no traces are exported.
  let spans: SpanExporter?

  /// Why it takes no jobs, as a sentence; nil while it does.
  func trouble() async -> String? {
    if held.isStopping { return "This worker is about to stop." }
    do { try await queue.checkReady() } catch { return "\(error.reason)." }
    if claims.isStuck() { return "Jobs have not been claimed for a while; the worker's log says why." }
    return claims.hasClaimed ? nil : "Redis is being looked at."
  }

  /// What it tells Prometheus.
  func metrics(_ format: MetricsFormat) async -> ByteBuffer {
    var isUp = true
    do { try await queue.checkReady() } catch { isUp = error.isOfPolicy }
    var text = MetricsText(format)
    let taken = held.leases.count
    text.add(Metrics.slots, [("taken", taken), ("free", max(0, concurrency - taken))])
    text.add(Metrics.jobsHeld, taken)
    text.add(Metrics.concurrency, concurrency)
    text.add(Metrics.claimsStuck, claims.isStuck() ? 1 : 0)
    metrics.write(to: &text)
    tally.write(to: &text)
    text.add(Metrics.circuitOpen, catalogs.current.openCircuits(among: circuits.open))
    RedisMetrics.write(isUp: isUp, errors: errors.counts, to: &text)
    queue.times?.write(to: &text)
    text.add(Metrics.logLinesDropped, access.dropped)
    (spans?.counts ?? SpanCounts()).write(to: &text)
    text.add(Metrics.eventLoopLag, lag.seconds)
    ProcessFigures.write(to: &text, program: "sluice-worker")
    return text.finished()
  }
}
