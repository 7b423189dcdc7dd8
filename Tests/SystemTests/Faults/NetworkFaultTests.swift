import Foundation
import Shared
import TestSupport
import Testing

@Suite("Faults of the network", .serialized)
struct NetworkFaultTests {
  private let scale = FaultScale.current

  /// For how long it is cut: the time is the fault.
  private func wait(_ short: ClosedRange<Double>, inChaos long: ClosedRange<Double>) async throws {
    try await Task.sleep(for: .seconds(Double.random(in: scale.isChaos ? long : short)))
  }

  @Test("the network to Redis is cut and comes back, with all that was on its way")
  func cut() async throws {
    let findings = try await FaultLab.run(
      "network to Redis cut, and back", apis: 2, workers: 3, environment: ["REDIS_TIMEOUT_MS": ""],
      isRelayed: true
    ) { lab in
      try await scale.rounds(short: 2, long: 50, share: 0.06) { _ in
        let relay = try #require(lab.relay)
        try await lab.untilAccepted(20)
        relay.cut()
        // Past the time of a command, and in chaos past leases.
        try await wait(2.5...4, inChaos: 1...30)
        relay.mend()
        try await lab.untilAccepted(20)
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test("one worker is cut off for longer than its leases, and nothing that it brings back counts twice")
  func oneWorker() async throws {
    let findings = try await FaultLab.run(
      "network of one worker cut for 1 to 2 leases", workers: 2, latency: 300
    ) { lab in
      // Or one of them would be taken for the one that is to be cut off.
      try await eventually("all workers work") { try await lab.queue.statistics().workers == lab.workerCount }
      return try await CutRelay.with(socket: lab.cluster.redis.socket) { relay in
        let worker = try await lab.cluster.startWorker(
          environment: ["REDIS_URL": relay.url], seenBy: try #require(lab.firstAPI))
        let rounds = try await scale.rounds(short: 1, long: 20, share: 0.06) { _ in
          try await lab.untilAccepted(50)
          relay.cut()
          let lease = Double(JobQueue.leaseDuration.wholeMilliseconds) / 1000
          try await wait(lease * 1.1...lease * 1.2, inChaos: lease * 1.1...lease * 2)
          relay.mend()
          try await lab.untilAccepted(20)
        }
        await worker.terminate()
        return rounds
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  /// Why a replica falls behind.
  enum Lag: String, CaseIterable {
    case hangs = "replica SIGSTOP, and back"
    case isCutOff = "network to the replica cut, and back"
  }

  @Test("a replica that lags stops nobody, and has everything in the end", arguments: Lag.allCases)
  func replica(lag: Lag) async throws {
    let findings = try await FaultLab.run(
      lag.rawValue, apis: 2, redisOptions: ["--repl-diskless-sync-delay", "0"]
    ) { lab in
      let master = lab.cluster.redis
      return try await CutRelay.with(socket: master.socket) { relay in
        try await RedisServer.with(options: ["--replicaof", "127.0.0.1", "\(relay.port)"]) { replica in
          try await untilInStep(replica, with: master)
          return try await scale.rounds(short: 2, long: 20, share: 0.03) { _ in
            try await lab.untilAccepted(20)
            lag == .hangs ? replica.pause() : relay.cut()
            // In chaos now and then past `repl-timeout`, by which the master gives the replica up.
            try await wait(2...3, inChaos: 5...75)
            try await lab.untilAccepted(20)
            lag == .hangs ? replica.resume() : relay.mend()
            try await untilInStep(replica, with: master)
          }
        }
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.refusals.isEmpty, "\(findings.refusals)")
  }

  /// Returns once a replica has all that its master has now.
  private func untilInStep(_ replica: RedisServer, with master: RedisServer) async throws {
    let offset = try #require(try await replicated(master)["master_repl_offset"].flatMap { Int($0) })
    try await eventually("the replica is in step") {
      let fields = try await replicated(replica)
      guard fields["master_link_status"] == "up", let own = fields["slave_repl_offset"].flatMap({ Int($0) })
      else { return false }
      return own >= offset
    }
  }

  /// What a server says of its replication, by name.
  private func replicated(_ server: RedisServer) async throws -> [String: String] {
    let client = try await ChildProcess("/usr/bin/redis-cli", ["-s", server.socket, "INFO", "replication"])
    try await client.waitForOutput("repl_backlog_histlen")
    let fields = client.log.split(whereSeparator: \.isNewline).map { $0.split(separator: ":", maxSplits: 1) }
    return Dictionary(
      fields.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }
    ) { first, _ in first }
  }
}
