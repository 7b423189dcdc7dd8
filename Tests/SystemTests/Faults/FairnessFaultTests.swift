import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Many tenants", .serialized)
struct FairnessFaultTests {
  private let scale = FaultScale.current

  /// A job of a tenant that has no key over HTTP.
  private func admit(_ lab: FaultLab, tenant: String, _ prompt: String, key: String? = nil) async throws
    -> JobID
  {
    let request = JobRequest.chat(
      Conversation(
        turns: [Turn(role: .user, text: prompt)], parameters: Parameters(maxTokens: 256, temperature: 0.7)))
    let admission = Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: tenant, lane: .standard, model: request.model,
      request: request.encoded(), weight: request.estimatedTokens, expiresIn: .seconds(3600),
      cache: key.map { .use(key: "\(tenant) \($0)") } ?? .off)
    let outcome = try await lab.queue.admit(admission)
    guard case .admitted = outcome else {
      Issue.record("not admitted: \(outcome)")
      return admission.id
    }
    lab.history.accept(admission.id.rawValue, key: admission.id.rawValue)
    return admission.id
  }

  @Test("1,000 equal prompts of two tenants at once are two calls to the provider")
  func crowd() async throws {
    let findings = try await FaultLab.run("1,000 equal prompts from 2 tenants", clients: 0, latency: 3000) {
      lab in
      var calls: Int64 = 0
      return try await scale.rounds(short: 1, long: 100, share: 0.04) { round in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<1000 {
            group.addTask {
              _ = try await admit(
                lab, tenant: number % 2 == 0 ? "a" : "b", "equal \(round)", key: "k\(round)")
            }
          }
          try await group.waitForAll()
        }
        try await lab.drain()
        let total = try await lab.cluster.simulator.stats()["total"]?.integer ?? 0
        #expect(total - calls == 2)
        calls = total
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test("a tenant with 10 jobs is served among one with 10,000")
  func batch() async throws {
    let many = scale.isChaos ? 10_000 : 2000
    let environment = ["WORKER_CONCURRENCY": "8"]
    let findings = try await FaultLab.run(
      "tenant A \(many) queued, tenant B 10", workers: 0, clients: 0, latency: 50, environment: environment
    ) { lab in
      try await scale.rounds(short: 1, long: 50, share: 0.1) { round in
        var (crowd, few): ([JobID], [JobID]) = ([], [])
        for number in 0..<many { crowd.append(try await admit(lab, tenant: "a", "a \(round) \(number)")) }
        for number in 0..<10 { few.append(try await admit(lab, tenant: "b", "b \(round) \(number)")) }
        for _ in 0..<2 { try await lab.addWorker() }
        try await lab.drain()
        let last = try #require(try await starts(of: few, tenant: "b", lab).max())
        let before = try await starts(of: crowd, tenant: "a", lab).count { $0 < last }
        // Turns alternate, so B's tenth is the twentieth; 16 slots are taken at once. When each ends is its worker's own.
        #expect(before <= 20 + 2 * 16, "\(before) of A's jobs were begun before B's last")
        for _ in 0..<2 { await lab.takeWorker()?.terminate() }
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  /// When each was begun.
  private func starts(of ids: [JobID], tenant: String, _ lab: FaultLab) async throws -> [Int64] {
    var starts: [Int64] = []
    for id in ids {
      starts.append(try #require(try await lab.queue.read(id, tenant: tenant).job?.started, "\(id)"))
    }
    return starts
  }
}
