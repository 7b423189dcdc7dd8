import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Faults of workers", .serialized)
struct WorkerFaultTests {
  private let scale = FaultScale.current

  @Test("workers are killed: every job ends once")
  func killed() async throws {
    let findings = try await FaultLab.run("worker kill -9", workers: 4, clients: 16) { lab in
      try await scale.rounds(short: 30, long: 1000, share: 0.2) { _ in
        try await lab.untilAccepted(scale.isChaos ? 100 : 5)
        try await lab.replaceWorker()
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts["crashes"] ?? 0 > 0, "some of them had jobs in their hands")
  }

  @Test("workers are frozen for longer than their leases and come back: their outcomes are refused")
  func frozen() async throws {
    let findings = try await FaultLab.run("worker SIGSTOP for 1 to 3 leases", workers: 3, latency: 300) {
      lab in
      try await scale.rounds(short: 2, long: 25, share: 0.12) { _ in
        var frozen: [ChildProcess] = []
        for _ in 0..<(scale.isChaos ? 20 : 5) {
          try await lab.untilAccepted(4)
          guard let worker = lab.takeWorker() else { continue }
          worker.signal(SIGSTOP)
          frozen.append(worker)
          try await lab.addWorker()
        }
        // The time for which it is frozen is the fault.
        try await Task.sleep(for: JobQueue.leaseDuration * Double.random(in: 1...(scale.isChaos ? 3 : 1.2)))
        for worker in frozen {
          worker.signal(SIGCONT)
          lab.keep(worker)
        }
        try await lab.untilAccepted(20)
        for _ in frozen { await lab.takeWorker()?.terminate() }
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts["stale"] ?? 0 > 0, "what they brought back was refused")
  }

  @Test("jobs that kill their worker are quarantined after exactly three, and the next worker lives")
  func poison() async throws {
    let findings = try await FaultLab.run("a job that kills its worker", workers: 1, clients: 0) { lab in
      try await lab.cluster.simulator.script([
        ["provider": "*", "prompt_contains": "poison", "behaviour": ["hang": "before_headers"]]
      ])
      let jobs = scale.isChaos ? 20 : 3
      let rounds = try await scale.rounds(short: 1, long: 10, share: 0.1) { round in
        var ids: [JobID] = []
        for number in 0..<jobs { ids.append(try await lab.submit("poison \(round) \(number)")) }
        for crash in 1...3 {
          // The queue is asked: a provider may not have noticed yet that the last worker is gone.
          try await eventually("the worker has all of them in hand") {
            for id in ids {
              let job = try await lab.queue.read(id, tenant: "default").job
              guard job?.state == .running, job?.attempts == crash else { return false }
            }
            return true
          }
          try await lab.replaceWorker()
        }
        try await lab.drain()
        for id in ids {
          let job = try #require(try await lab.queue.read(id, tenant: "default").job)
          #expect(job.attempts == 3)
          #expect(job.body.map { String(buffer: $0).contains("quarantined") } == true)
        }
        let healthy = try await lab.submit("healthy \(round)")
        try await lab.drain()
        #expect(try await lab.queue.read(healthy, tenant: "default").job?.state == .succeeded)
      }
      return rounds * jobs
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test("every process is replaced under load: no client is refused, no attempt is used up")
  func rollingRestart() async throws {
    let findings = try await FaultLab.run(
      "rolling SIGTERM restart of every process", apis: 2, workers: 2,
      // A client may be slow to reach the API that it has chosen.
      environment: ["DRAIN_TIMEOUT": "5", "DRAIN_DELAY": "3"]
    ) { lab in
      try await scale.rounds(short: 3, long: 100, share: 0.08) { _ in
        for _ in 0..<lab.apiCount {
          // As an orchestrator does it: the new one first, then no new requests for the old one, then its end.
          try await lab.addAPI()
          await lab.takeAPI()?.process.terminate()
        }
        for _ in 0..<lab.workerCount {
          try await lab.addWorker()
          await lab.takeWorker()?.terminate()
        }
        try await lab.untilAccepted(10)
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.refusals.isEmpty, "\(findings.refusals)")
    #expect(findings.counts["crashes"] == nil && findings.counts["reclaimed"] == nil)
  }
}
