import HTTPTypes
import NIOCore
import Shared

/// `GET /metrics`: what the queue knows, in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). All API processes show the same, but for what each has met at Redis.
struct MetricsRoute: Sendable {
  let queue: JobQueue
  let errors: RedisErrorLog
  let lost: LostJobs

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/metrics", summary: "Metrics for Prometheus",
        description:
          "How full the queue is, what has happened in it, and what this process has met at Redis.",
        group: "Operation",
        responses: [
          ResponseDescription(
            status: .ok, description: "Prometheus' text format.", contentType: MetricsText.contentType)
        ],
        access: .open), handler: show)
  }

  private func show(_ call: Call) async throws(Problem) -> Reply {
    // Without Redis, that it is away is still told.
    let statistics = try? await queue.statistics()
    var body = statistics.map(Self.text) ?? ByteBuffer()
    body.writeImmutableBuffer(RedisMetrics.text(isUp: statistics != nil, errors: errors.counts))
    body.writeImmutableBuffer(lost.metrics)
    return Reply(.ok, body: body, contentType: MetricsText.contentType)
  }

  static func text(_ statistics: QueueStatistics) -> ByteBuffer {
    var text = MetricsText()
    text.add(
      "jobs", .gauge, "Jobs that have not ended, by state.", by: "state",
      [
        ("queued", statistics.queued), ("running", statistics.running), ("scheduled", statistics.scheduled),
      ])
    text.add("open_bytes", .gauge, "Bytes of requests that have not ended.", statistics.openBytes)
    text.add(
      "dead_letters", .gauge, "Jobs and deliveries that failed for good and that an operator can mend.",
      statistics.dead)
    text.add("workers", .gauge, "Workers that are alive.", statistics.workers)
    addCounts(of: statistics, to: &text)
    var buffer = text.buffer
    buffer.writeImmutableBuffer(statistics.memory.metrics(dropped: statistics.counts))
    return buffer
  }

  private static func addCounts(of statistics: QueueStatistics, to text: inout MetricsText) {
    func counter(_ name: String, _ help: String, of count: String) {
      text.add(name, .counter, help, statistics.counts[count] ?? 0)
    }
    func counters(_ name: String, _ help: String, _ label: String, of prefix: String, known: [String] = []) {
      var values = Dictionary(uniqueKeysWithValues: known.map { ($0, 0) })
      for (key, value) in statistics.counts where key.hasPrefix(prefix) {
        values[String(key.dropFirst(prefix.count))] = value
      }
      text.add(name, .counter, help, by: label, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    let ends = JobState.allCases.filter(\.isTerminal).map(\.rawValue)
    counters("jobs_ended_total", "Jobs that have ended, by state.", "state", of: "ended:", known: ends)
    counters("deliveries_total", "Webhook deliveries that have ended, by state.", "state", of: "delivery:")
    counters(
      "notices_total", "Notices of limits and budgets, by kind.", "kind", of: "notice:",
      known: Notice.Kind.allCases.map(\.rawValue))
    counter("jobs_put_off_total", "Jobs that a budget put off to its next period.", of: "put_off")
    counter("jobs_coalesced_total", "Jobs that shared another's call.", of: "coalesced")
    counter("stale_outcomes_total", "Outcomes refused for an old fencing token.", of: "stale")
    counter("leases_reclaimed_total", "Leases that ran out.", of: "reclaimed")
    counter("worker_crashes_total", "Leases that ran out because their worker was lost.", of: "crashes")
    counter("jobs_quarantined_total", "Jobs that lost their worker three times.", of: "quarantined")
    counters(
      "janitor_repairs_total", "What the janitor had to repair; expected to be nothing.", "kind",
      of: "repaired:")
    counters(
      "orphans_total",
      "Members of indexes without their job, which were removed: keys were lost. Expected to be nothing.",
      "kind",
      of: "orphan:")
    counter("untold_total", "Messages on channels that Redis' rules forbid to Sluice.", of: "untold")
  }
}
