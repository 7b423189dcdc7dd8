import Shared
import TestSupport
import Testing

@Suite("Faults of a Redis behind sentinels", .serialized)
struct SentinelFaultTests {
  private let scale = FaultScale.current

  /// Runs rounds of `fault` on whoever is the master, each with `relief` once another is.
  private func run(
    _ name: String, long: Int, fault: @escaping (RedisServer) async throws -> Void,
    relief: @escaping (RedisServer) async throws -> Void
  ) async throws -> FaultFindings {
    try await SentinelLab.with { sentinel in
      let environment = ["REDIS_URL": sentinel.url, "REDIS_TIMEOUT_MS": ""]
      return try await FaultLab.run(name, apis: 2, workers: 3, environment: environment) { lab in
        var former: Int?
        return try await scale.rounds(short: 1, long: long, share: 0.12) { _ in
          if let former {
            try await sentinel.waitUntilReplica(former)
            try await sentinel.waitUntilAcquainted()
          }
          try await lab.untilAccepted(20)
          let master = try #require(try await sentinel.master())
          try await fault(sentinel.servers[master])
          _ = try await sentinel.nextMaster(after: master)
          try await lab.untilAccepted(20)
          // It believes to be the master until it is told otherwise, ten seconds later.
          try await relief(sentinel.servers[master])
          try await lab.untilAccepted(20)
          former = master
        }
      }
    }
  }

  @Test("the master is killed, and comes back as one that believes to be the master")
  func killed() async throws {
    let findings = try await run(
      "Sentinel: master kill -9, and back", long: 50, fault: { await $0.kill() },
      relief: { try await $0.start() })
    #expect(findings.doubles.isEmpty && findings.leftOver.isEmpty, "\(findings)")
    // Replication is asynchronous: the last writes may be gone, and in a chaos run they are counted.
    #expect(findings.lost.count <= findings.accepted / 100, "\(findings)")
  }

  @Test("the master hangs until another has taken its place, and goes on as if nothing had been")
  func paused() async throws {
    let findings = try await run(
      "Sentinel: master SIGSTOP past its time-out, and back", long: 20, fault: { $0.pause() },
      relief: { $0.resume() })
    #expect(findings.doubles.isEmpty && findings.leftOver.isEmpty, "\(findings)")
    #expect(findings.lost.count <= findings.accepted / 100, "\(findings)")
  }
}
