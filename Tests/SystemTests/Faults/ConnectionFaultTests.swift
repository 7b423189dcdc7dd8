import Foundation
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@Suite("Connections that die without a word", .serialized)
struct ConnectionFaultTests {
  private let scale = FaultScale.current

  @Test(
    "whichever connection is cut, work goes on through a new one",
    arguments: [
      "sluice-worker", "sluice-worker-wake", "sluice-worker-handed", "sluice-api", "sluice-api-replies",
    ])
  func cut(connection: String) async throws {
    let longest = Longest()
    let findings = try await FaultLab.run(
      "\(connection) cut without a reset", workers: 1, clients: 0, latency: 10,
      environment: ["REDIS_TIMEOUT_MS": "1000"], isRelayed: true
    ) { lab in
      let rounds = try await scale.rounds(short: 3, long: 100, share: 0.04) { round in
        let relay = try #require(lab.relay)
        try await eventually("there is such a connection") { relay.has(connection) }
        _ = relay.freeze(connection)
        let start = ContinuousClock.now
        try await eventually("a question is answered again") {
          let reply = try await lab.firstAPI?.post(
            "/query?wait=20", ["prompt": .string("round \(round)"), "cache": "off"])
          if let id = reply?.json["id"]?.string { lab.history.accept(id, key: id) }
          return reply?.status == 200
        }
        longest.note(start.duration(to: .now))
      }
      return rounds
    }
    #expect(findings.areSound, "\(findings)")
    FaultReport.add(
      "\(connection): longest recovery", rounds: 1, jobs: findings.accepted,
      note: "\(longest.value.wholeMilliseconds) ms")
  }

  @Test("clocks that are an hour off make no difference: time is Redis' own")
  func wrongClocks() async throws {
    let directory = URL(filePath: "/tmp/sluice-clock-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let findings = try await FaultLab.run("client clocks an hour off", workers: 0, latency: 100) { lab in
      try await scale.rounds(short: 1, long: 20, share: 0.03) { _ in
        for offset in [3600, -3600] {
          let wrong = try await WrongClock.environment(seconds: offset, in: directory)
          try await lab.addWorker(environment: wrong)
          let api = try await lab.cluster.startAPI(environment: wrong)
          let reply = try await api.post("/jobs", ["prompt": "What time is it?", "cache": "off"])
          let id = try #require(reply.json["id"]?.string)
          try #require(
            abs(try idTime(of: id) - Timestamp.now - Int64(offset) * 1000) < 60_000, "the clock is wrong")
          lab.history.accept(id, key: id)
          await api.process.killNow()
        }
        // Longer than a renewal, so that every lease was renewed by a clock that is wrong.
        try await lab.untilAccepted(100)
        try await Task.sleep(for: JobQueue.renewalInterval * 1.2)
        for _ in 0..<lab.workerCount - 2 { await lab.takeWorker()?.terminate() }
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts["reclaimed"] == nil, "no lease was taken back early")
    #expect(findings.counts["ended:expired"] == nil, "no job was late")
  }
}

/// When a job's id was made, in Unix milliseconds by the clock of its maker.
private func idTime(of id: String) throws -> Int64 {
  let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  return try id.dropFirst(4).prefix(10).reduce(0) { time, character in
    time << 5 | Int64(try #require(alphabet.firstIndex(of: character)))
  }
}

/// The longest of some times.
private final class Longest: Sendable {
  private let longest = Atomic<Int64>(0)
  var value: Duration { .milliseconds(longest.load(ordering: .relaxed)) }
  func note(_ time: Duration) { longest.max(time.wholeMilliseconds, ordering: .relaxed) }
}
