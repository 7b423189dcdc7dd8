import NIOCore
import Shared

/// All that an API process tells Prometheus: what the queue knows, which all processes tell alike, and what this process has
/// answered and met. Without Redis what is known without it is told all the same.
struct MetricsBoard: Sendable {
  let queue: JobQueue
  let lanes: LaneWalk
  let circuits: any CircuitSharing
  let catalogs: CatalogSource
  let errors: RedisErrorLog
  let lost: LostJobs
  let metrics: APIMetrics
  let lag: LoopLag
  let access: AccessLog
  /// Nil where no traces are exported.
  let spans: SpanExporter?

  func text(_ format: MetricsFormat, showsTenants: Bool) async -> ByteBuffer {
    let statistics = try? await queue.statistics()
    var text = MetricsText(format, showsTenants: showsTenants)
    metrics.write(to: &text)
    if let statistics {
      statistics.write(to: &text)
      if let lanes = try? await lanes.look() { Self.write(lanes, to: &text) }
      if let records = try? await circuits.records() { write(records, to: &text) }
    }
    RedisMetrics.write(isUp: statistics != nil, errors: errors.counts, to: &text)
    queue.times?.write(to: &text)
    lost.write(to: &text)
    text.add(Metrics.logLinesDropped, access.dropped)
    (spans?.counts ?? SpanCounts()).write(to: &text)
    text.add(Metrics.eventLoopLag, lag.seconds)
    ProcessFigures.write(to: &text, program: "sluice-api")
    return text.finished()
  }

  private static func write(_ lanes: [(lane: String, depth: LaneDepth)], to text: inout MetricsText) {
    text.add(Metrics.queueDepth, lanes.map { ($0.lane, $0.depth.jobs) })
    text.add(Metrics.queueOldest, lanes.map { ([$0.lane], .real($0.depth.oldest.seconds)) })
  }

  private func write(_ records: [Target: CircuitRecord], to text: inout MetricsText) {
    let open = Set(records.filter { $0.value.cause != .limited }.keys)
    text.add(Metrics.circuitOpen, catalogs.current.openCircuits(among: open))
  }
}
