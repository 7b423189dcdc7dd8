import NIOCore
import Shared

/// Looks at a Sluice for `sluice top`: at its metrics each time, at its sums of usage now and then.
struct TopSource: Sendable {
  /// Sums of usage are read from Redis, row by row.
  private static let usageInterval = Duration.seconds(15)
  private static let metricsLimit = 16 << 20
  /// How long a worker may take to tell of itself: one that is away holds up nothing.
  static let workerPatience = Duration.seconds(2)

  let api: AdminClient
  /// Where the API's metrics are, if not beside all else (`METRICS_PORT`).
  let metrics: AdminClient?
  /// The workers' own addresses.
  let workers: [(name: String, client: AdminClient)]

  /// - Parameter usage: what was read of it before.
  func look(after usage: TopUsage?) async throws(CommandFailure) -> TopLook {
    async let seen = lookAtWorkers()
    let snapshot = try await apiMetrics()
    let providers = try await api.send(.GET, AdminPath("providers")).json["providers"]?.array
    let latest = try await self.usage(after: usage)
    return TopLook(api: snapshot, workers: await seen, providers: providers ?? [], usage: latest)
  }

  /// All at once. One that is away is shown as such.
  private func lookAtWorkers() async -> [TopLook.Worker] {
    await withTaskGroup(of: (Int, MetricsSnapshot?).self) { group in
      for (place, worker) in workers.enumerated() {
        group.addTask { (place, try? await Self.snapshot(worker.client)) }
      }
      var seen = workers.map { TopLook.Worker(name: $0.name, metrics: nil) }
      for await (place, metrics) in group {
        seen[place] = TopLook.Worker(name: workers[place].name, metrics: metrics)
      }
      return seen
    }
  }

  private func apiMetrics() async throws(CommandFailure) -> MetricsSnapshot {
    do { return try await Self.snapshot(metrics ?? api) } catch {
      guard case .refused(status: 404, _) = error, metrics == nil else { throw error }
      throw .usage(
        "the API tells its metrics at a port of their own (METRICS_PORT); name it: --metrics http://127.0.0.1:PORT"
      )
    }
  }

  private static func snapshot(_ client: AdminClient) async throws(CommandFailure) -> MetricsSnapshot {
    var text = ByteBuffer()
    try await client.stream(AdminPath("metrics")) { (piece) throws(CommandFailure) in
      guard text.readableBytes + piece.readableBytes <= metricsLimit else {
        throw .noAnswer("its metrics are too long; is it a Sluice?")
      }
      text.writeImmutableBuffer(piece)
    }
    let snapshot = MetricsSnapshot(String(buffer: text), at: .now)
    guard snapshot.isOfSluice else {
      throw .noAnswer("what tells metrics there is no Sluice of this version")
    }
    return snapshot
  }

  private func usage(after former: TopUsage?) async throws(CommandFailure) -> TopUsage {
    if let former, former.time + Self.usageInterval > .now { return former }
    let today = String(Timestamp.format(unixMilliseconds: Timestamp.now).prefix(10))
    func rows(by group: String) async throws(CommandFailure) -> [JSONValue] {
      let path = AdminPath("admin", "usage").with("from", today).with("group_by", group)
      return try await api.list(path)
    }
    return TopUsage(
      byTenant: try await rows(by: "tenant"), byProvider: try await rows(by: "provider"), time: .now)
  }
}
