import Shared
import TestSupport
import Testing

/// A master is lost under load, and a replica takes its place. Where a replica must acknowledge what is accepted
/// (`REDIS_ACK_REPLICAS`), nothing may be lost; else what was not replicated may be, and is told.
@Suite("Faults of a Redis whose replica takes over", .serialized)
struct FailoverFaultTests {
  private let scale = FaultScale.current
  /// How many jobs are accepted between two steps of a round: with a few hundred, workers are in the middle of everything.
  private var load: Int { scale.isChaos ? 300 : 20 }

  /// Runs rounds of `fault` on whoever is the master, each with `relief` once another is.
  private func run(
    _ name: String, acknowledging: Int, long: Int,
    fault: @escaping (SentinelLab, _ master: Int) async throws -> Void,
    relief: @escaping (RedisServer) async throws -> Void
  ) async throws {
    try await SentinelLab.with(replicas: 1 + acknowledging) { sentinel in
      try await runLab("Sentinel: \(name)", sentinel.url, acknowledging) { lab in
        var former: Int?
        return try await scale.rounds(short: 1, long: long, share: 0.12) { _ in
          if let former {
            try await sentinel.waitUntilReplica(former)
            try await sentinel.waitUntilAcquainted()
          }
          try await lab.untilAccepted(load)
          let master = try await sentinel.agreedMaster()
          try await fault(sentinel, master)
          _ = try await sentinel.nextMaster(after: master)
          try await lab.untilAccepted(load)
          // It believes to be the master until it is told otherwise, ten seconds later.
          try await relief(sentinel.servers[master])
          try await lab.untilAccepted(load)
          former = master
        }
      }
    }
  }

  /// Runs a lab on a Redis that has a failover for each round, and judges what it finds.
  private func runLab(
    _ name: String, _ url: String, _ acknowledging: Int, _ inject: (FaultLab) async throws -> Int
  ) async throws {
    let findings = try await FaultLab.run(
      name + (acknowledging > 0 ? ", REDIS_ACK_REPLICAS=\(acknowledging)" : ""), apis: 2, workers: 3,
      // What they leave behind is copied to a replica in each round.
      clients: 4,
      environment: ["REDIS_URL": url, "REDIS_TIMEOUT_MS": "", "REDIS_ACK_REPLICAS": "\(acknowledging)"],
      inject)
    #expect(findings.doubles.isEmpty && findings.leftOver.isEmpty, "\(findings)")
    // Replication is asynchronous: without an acknowledgement the last writes may be gone, and then that is said of all whose
    // clients were not told their answers before.
    if acknowledging > 0 {
      #expect(findings.lost.isEmpty, "\(findings)")
    } else {
      #expect(findings.lostUnanswered <= findings.toldLost, "\(findings)")
    }
  }

  @Test("the master is killed, and comes back as one that believes to be the master", arguments: [0, 1])
  func killed(acknowledging: Int) async throws {
    try await run(
      "master kill -9, and back", acknowledging: acknowledging, long: 50,
      fault: { await $0.servers[$1].kill() },
      relief: { try await $0.start() })
  }

  @Test("the master is killed when its replicas have lagged for a while", arguments: [0, 1])
  func lagging(acknowledging: Int) async throws {
    try await run(
      "master kill -9 while replicas lag", acknowledging: acknowledging, long: 10,
      fault: { sentinel, master in
        let replicas = sentinel.servers.indices.filter { $0 != master }
        for replica in replicas { sentinel.servers[replica].pause() }
        // How long they lag: far less than sentinels take for a death.
        try await Task.sleep(for: .milliseconds(400))
        await sentinel.servers[master].kill()
        for replica in replicas { sentinel.servers[replica].resume() }
      }, relief: { try await $0.start() })
  }

  @Test(
    "the master hangs until another has taken its place, and goes on as if nothing had been",
    arguments: [0, 1])
  func paused(acknowledging: Int) async throws {
    try await run(
      "master SIGSTOP past its time-out, and back", acknowledging: acknowledging, long: 20,
      fault: { $0.servers[$1].pause() }, relief: { $0.resume() })
  }

  @Test("an operator makes the replica the master that has received most", arguments: [0, 1])
  func promoted(acknowledging: Int) async throws {
    try await MovingAddress.with(replicas: 1 + acknowledging) { address in
      try await runLab("replica promoted by hand", address.url, acknowledging) { lab in
        var master = 0
        return try await scale.rounds(short: 1, long: 10, share: 0.04) { _ in
          try await lab.untilAccepted(load)
          await address.servers[master].kill()
          let next = try await address.promote(after: master)
          // Where replicas must acknowledge, the other one does.
          try await lab.untilAccepted(load)
          try await address.servers[master].start()
          try await address.follow(next)
          try await lab.untilAccepted(load)
          master = next
        }
      }
    }
  }
}
