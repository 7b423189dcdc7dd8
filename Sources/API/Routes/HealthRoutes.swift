import HTTPTypes
import NIOCore
import Shared

/// `GET /health` for people and monitors, `/health/live` and `/health/ready` for orchestrators.
struct HealthRoutes: Sendable {
  let queue: JobQueue
  let board: ProviderBoard
  let drain: DrainSwitch

  var routes: [Route] {
    [
      Route(
        description(
          "/health", "Whether Sluice can work",
          "`degraded` when no worker is alive, no provider can be asked or Redis is full, `unhealthy` (503) without Redis. \(redis)",
          responses: [
            ResponseDescription(
              status: .ok, description: "Yes.", schema: AnswerSchema.reference("Health")),
            ResponseDescription(
              status: .serviceUnavailable, description: "No.", schema: AnswerSchema.reference("Health")),
          ]), handler: health),
      Route(
        description(
          "/health/live", "Whether this process runs", "For an orchestrator's probe.",
          responses: [Self.yes("live")]),
        handler: live),
      Route(
        description(
          "/health/ready", "Whether this process takes requests", "For an orchestrator's probe.",
          responses: [Self.yes("ready")], problems: [.unavailable]),
        handler: ready),
    ]
  }

  private let redis = "`redis.status` is `up`, `down`, or `suspect` while it does not answer in time."

  private static func yes(_ status: String) -> ResponseDescription {
    ResponseDescription(
      status: .ok, description: "Yes.",
      schema: [
        "type": "object", "properties": ["status": ["const": .string(status)]], "required": ["status"],
      ])
  }

  private func description(
    _ path: String, _ summary: String, _ sentence: String, responses: [ResponseDescription],
    problems: [ProblemKind] = []
  ) -> RouteDescription {
    RouteDescription(
      method: .get, path: path, summary: summary, description: sentence, group: "Operation",
      responses: responses, problems: problems, access: .open)
  }

  private func live(_ call: Call) async throws(Problem) -> Reply {
    Reply(.ok, json: ByteBuffer(string: #"{"status":"live"}"#))
  }

  private func ready(_ call: Call) async throws(Problem) -> Reply {
    if drain.isOn { throw .unavailable(.draining, retryAfter: .seconds(1)) }
    do { _ = try await queue.statistics() } catch { throw Problem(error) }
    return Reply(.ok, json: ByteBuffer(string: #"{"status":"ready"}"#))
  }

  private func health(_ call: Call) async throws(Problem) -> Reply {
    let start = ContinuousClock.now
    var statistics: QueueStatistics?
    var redis = "up"
    do { statistics = try await queue.statistics() } catch { redis = error.isOfSilence ? "suspect" : "down" }
    let latency = start.duration(to: .now)
    let providers = await board.states()
    let available = providers.first { $0.status == .available }
    let isDegraded = statistics?.workers == 0 || available == nil || statistics?.memory.isFull == true
    let status = statistics == nil ? "unhealthy" : isDegraded ? "degraded" : "healthy"
    let json: JSONValue = [
      "status": .string(status),
      "provider": available.map { .string($0.provider.name) } ?? .null,
      "timestamp": .double(Double(Timestamp.now) / 1000),
      "version": .string(Version.current),
      "redis": [
        "status": .string(redis),
        "latency_ms": statistics == nil ? .null : .double(Double(latency.nanoseconds / 10_000) / 100),
        "memory": statistics.map { $0.memory.json } ?? .null,
      ],
      "queue": [
        "depth": .integer(Int64(statistics.map { $0.queued + $0.scheduled } ?? 0)),
        "running": .integer(Int64(statistics?.running ?? 0)),
      ],
      "workers": .integer(Int64(statistics?.workers ?? 0)),
      "providers": .array(providers.map(\.summary)),
    ]
    return Reply(statistics == nil ? .serviceUnavailable : .ok, json: json.serialized())
  }
}
