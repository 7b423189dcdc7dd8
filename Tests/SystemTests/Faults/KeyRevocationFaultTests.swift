import Foundation
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@Suite("A key that is revoked under load, by any of four APIs", .serialized)
struct KeyRevocationFaultTests {
  /// How often: a few times in a test run, `REVOCATION_TRIALS` for a figure.
  private static let trials =
    ProcessInfo.processInfo.environment["REVOCATION_TRIALS"].flatMap { Int($0) }
    ?? (FaultScale.current.isChaos ? 200 : 10)

  /// What came of one trial.
  private struct Trial {
    /// Admitted although the answer to the DELETE had come before they were sent.
    var late = 0
    /// From the DELETE's being sent, and from its answer, to the answer of the last that was admitted.
    var sinceSent: Duration = .zero
    var sinceAnswered: Duration = .zero
    var admitted = 0
  }

  /// Which clients have been admitted.
  private final class Admitted: Sendable {
    private let clients = Mutex(Set<Int>())
    var count: Int { clients.withLock(\.count) }
    func insert(_ client: Int) { clients.withLock { _ = $0.insert(client) } }
  }

  private struct Asked: Sendable {
    let sent: ContinuousClock.Instant
    let answered: ContinuousClock.Instant
    let status: Int
  }

  @Test("nothing is admitted that is sent after the DELETE was answered, whoever answered it")
  func revoked() async throws {
    try await SluiceCluster.with(environment: KeyLab.environment) { cluster in
      var apis: [SluiceAPI] = []
      for _ in 0..<4 { apis.append(try await cluster.startAPI()) }
      let lab = KeyLab(cluster: cluster, api: apis[0])
      try await lab.makeTenant("search")
      var trials: [Trial] = []
      for number in 0..<Self.trials { trials.append(try await trial(number, lab, apis)) }
      #expect(trials.allSatisfy { $0.late == 0 }, "\(trials.count { $0.late > 0 }) of \(trials.count)")
      #expect(trials.allSatisfy { $0.admitted >= 8 }, "the key was good before")
      report(trials)
      for api in apis { await api.process.killNow() }
    }
  }

  private func trial(_ number: Int, _ lab: KeyLab, _ apis: [SluiceAPI]) async throws -> Trial {
    let (id, key) = try await lab.makeKey(of: "search")
    let admitted = Admitted()
    return try await withThrowingTaskGroup(of: [Asked].self) { group in
      for client in 0..<8 {
        group.addTask {
          try await Self.ask(key, apis[client % 4], "\(number) \(client)") { admitted.insert(client) }
        }
      }
      try await eventually("all clients ask") { admitted.count == 8 }
      let sent = ContinuousClock.now
      let reply = try await KeyLab(cluster: lab.cluster, api: apis[number % 4]).call(
        .DELETE, "/admin/keys/\(id)")
      let answered = ContinuousClock.now
      #expect(reply.status == 204)
      var trial = Trial()
      for try await asked in group {
        for request in asked where request.status == 202 {
          trial.admitted += 1
          if request.sent > answered { trial.late += 1 }
          trial.sinceSent = max(trial.sinceSent, sent.duration(to: request.answered))
          trial.sinceAnswered = max(trial.sinceAnswered, answered.duration(to: request.answered))
        }
      }
      return trial
    }
  }

  /// Asks without a pause until it is refused.
  private static func ask(
    _ key: String, _ api: SluiceAPI, _ name: String, _ isAdmitted: () -> Void
  ) async throws -> [Asked] {
    var asked: [Asked] = []
    while asked.count < 10_000 {
      let sent = ContinuousClock.now
      let reply = try await api.post(
        "/jobs", ["prompt": .string("\(name) \(asked.count)"), "cache": "off"], headers: ["X-API-Key": key])
      asked.append(Asked(sent: sent, answered: .now, status: reply.status))
      guard reply.status == 202 else {
        #expect(reply.status == 401, "\(reply.body)")
        return asked
      }
      isAdmitted()
    }
    Issue.record("the key is good for ever")
    return asked
  }

  private func report(_ trials: [Trial]) {
    func milliseconds(_ times: [Duration]) -> String {
      let sorted = times.sorted()
      guard let last = sorted.last else { return "" }
      return "median \(sorted[sorted.count / 2].wholeMilliseconds), longest \(last.wholeMilliseconds) ms"
    }
    FaultReport.add(
      "a key revoked under 8 clients of 4 APIs", rounds: trials.count,
      jobs: trials.reduce(0) { $0 + $1.admitted },
      note: """
        \(trials.reduce(0) { $0 + $1.late }) admitted that were sent after the DELETE's answer; the last answer of one that \
        was admitted came after the DELETE was sent by: \(milliseconds(trials.map(\.sinceSent))); after its answer by: \
        \(milliseconds(trials.map(\.sinceAnswered)))
        """)
  }
}
