import Shared
import TestSupport
import Testing

@Suite("Faults of indexes", .serialized)
struct IndexFaultTests {
  private let scale = FaultScale.current

  /// By what jobs are found, counted and told of: all that is no job, request, answer or record itself. Of `ready` and
  /// the like there is one for each lane, tenant, group or job.
  private static let indexes = [
    "deadlines", "lease", "scheduled", "lanes", "ready", "q", "running", "parked", "open", "vt", "clock",
    "wake", "workers", "offers", "handed", "leader", "f", "heirs", "w", "jobs", "cached", "cachesize",
    "fetched", "fetched_jobs", "unfetched", "logs", "memory",
  ]

  @Test("every key of an index is deleted under load: no job is lost with it")
  func deleted() async throws {
    let findings = try await FaultLab.run(
      "all keys of an index deleted", workers: 3,
      // Jobs wait for their tenant's turn; and not so many that the janitor searches no queue.
      environment: ["TENANT_CONCURRENCY": "20", "MAX_QUEUE": "300"]
    ) { lab in
      let count = Self.indexes.count
      let rounds = try await scale.rounds(short: count, long: count * 20, share: 0.06) { number in
        try await lab.submitForLater()
        try await lab.untilAccepted(10)
        try await lab.delete(Self.indexes[number % count])
        // The time in which work goes on with what is left is the fault. A worker's janitor comes once a minute.
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...(scale.isChaos ? 2000 : 200))))
        _ = try await lab.queue.mend()
      }
      try await eventually("there is nothing more to mend") { try await lab.queue.mend().repairs.isEmpty }
      return rounds
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts.contains { $0.key.hasPrefix("repaired:") }, "the janitor had something to do")
  }
}

extension FaultLab {
  /// A job that stands among those that wait for a time.
  fileprivate func submitForLater() async throws {
    let reply = try await firstAPI?.post(
      "/jobs", ["prompt": "later", "cache": "off", "delay_seconds": 1, "priority": "batch"])
    if let id = reply?.json["id"]?.string { history.accept(id, key: id) }
  }

  /// Deletes an index, or all of one kind.
  fileprivate func delete(_ index: String) async throws {
    let base = "sluice:{0}:\(index)"
    let keys = try await redis.send(RedisCommand("KEYS", base + ":*")).array?.compactMap(\.string) ?? []
    for key in keys + [base] { _ = try await redis.send(RedisCommand("DEL", key)) }
  }
}
