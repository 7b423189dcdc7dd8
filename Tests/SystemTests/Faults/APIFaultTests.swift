import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Faults of API processes, and many of them", .serialized)
struct APIFaultTests {
  private let scale = FaultScale.current

  @Test("APIs are killed under clients that retry with their keys: one job a key")
  func killed() async throws {
    let findings = try await FaultLab.run("API kill -9", apis: 3, workers: 2, clients: 16) { lab in
      try await scale.rounds(short: 10, long: 300, share: 0.1) { _ in
        try await lab.untilAccepted(20)
        await lab.takeAPI()?.process.killNow()
        try await lab.addAPI()
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test("eight API processes keep to one limit together, exactly")
  func oneLimit() async throws {
    let rounds = try await scale.rounds(short: 1, long: 50, share: 0.05) { _ in
      try await SluiceCluster.with(environment: ["RATE_LIMIT": "60/day"]) { cluster in
        var apis: [SluiceAPI] = []
        for _ in 0..<8 { apis.append(try await cluster.startAPI()) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { [apis] group in
          for number in 0..<160 {
            group.addTask {
              try await apis[number % 8].post("/jobs", ["prompt": .string("q \(number)")]).status
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 202 } == 60)
        #expect(statuses.count { $0 == 429 } == 100)
        for api in apis { await api.process.killNow() }
      }
    }
    FaultReport.add(
      "8 API processes against one limit", rounds: rounds, jobs: rounds * 60,
      note: "exactly 60 of 160 admitted")
  }

  @Test("200 parallel requests with one idempotency key, through four processes, are one job")
  func oneKey() async throws {
    let findings = try await FaultLab.run("200 parallel requests with one key", apis: 4, clients: 0) { lab in
      try await scale.rounds(short: 5, long: 500, share: 0.04) { round in
        let apis = lab.allAPIs
        let ids = try await withThrowingTaskGroup(of: String?.self) { group in
          for number in 0..<200 {
            group.addTask {
              let reply = try await apis[number % apis.count].post(
                "/jobs", ["prompt": .string("one \(round)")],
                headers: ["Idempotency-Key": "one \(round)".filter { $0 != " " }])
              return reply.json["id"]?.string
            }
          }
          return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        if let id = ids.first ?? nil { lab.history.accept(id, key: id) }
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test("cancelling races with completion: one end, and everybody is told the same")
  func cancelRace() async throws {
    let findings = try await FaultLab.run("cancel racing with complete", clients: 0, latency: 20) { lab in
      try await scale.rounds(short: 50, long: 1000, share: 0.03) { round in
        let id = try await lab.submit("race \(round)")
        let api = try #require(lab.firstAPI)
        // Around the time at which its answer comes.
        try await Task.sleep(for: .milliseconds(Int.random(in: 15...35)))
        let cancellation = try await api.call(.DELETE, "/jobs/\(id)")
        let end = try await api.get("/jobs/\(id)?wait=120")
        #expect(end.json["status"] == (cancellation.status == 200 ? "cancelled" : "succeeded"))
      }
    }
    #expect(findings.areSound, "\(findings)")
  }
}
