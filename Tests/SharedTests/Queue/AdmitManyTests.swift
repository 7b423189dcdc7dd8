import NIOCore
import Testing

@testable import Shared

@Suite("Taking many jobs in by one step")
struct AdmitManyTests {
  /// In one word each.
  private func words(_ outcomes: [AdmissionOutcome]) -> [String] {
    outcomes.map { outcome in
      switch outcome {
      case .admitted(_, let sharesCall, _): sharesCall ? "follows" : "admitted"
      case .putOff: "put off"
      case .cached: "cached"
      case .replayed: "replayed"
      case .keyReused: "reused"
      case .limited: "limited"
      case .full(let bound): "full \(bound)"
      case .overBudget: "over budget"
      case .conversation(let refusal): "conversation \(refusal)"
      case .stale: "stale"
      case .unacknowledged: "unacknowledged"
      }
    }
  }

  @Test("each is a job of its own, of its own tenant, in the order in which they came")
  func many() async throws {
    try await QueueLab.with { lab in
      let admissions = (0..<60).map { lab.admission(tenant: "tenant \($0 % 2)", prompt: "prompt \($0)") }
      #expect(words(try await lab.queue.admit(admissions)) == Array(repeating: "admitted", count: 60))
      let jobs = try await lab.queue.claim(60, worker: "w").jobs
      for tenant in 0..<2 {
        let own = admissions.filter { $0.tenant == "tenant \(tenant)" }.map(\.id)
        #expect(jobs.map(\.lease.id).filter(own.contains) == own)
      }
      let prompts = Dictionary(
        uniqueKeysWithValues: jobs.map { ($0.lease.id, $0.request.map { String(buffer: $0) }) })
      for (number, admission) in admissions.enumerated() {
        #expect(prompts[admission.id] == "prompt \(number)")
      }
      _ = try await lab.queue.complete(
        jobs.map { Completion(of: $0.lease, with: lab.result(), isCacheable: false) })
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("one that is refused leaves nothing behind, and those beside it are taken")
  func refused() async throws {
    try await QueueLab.with(settings: ["TENANT_MAX_QUEUE": "2", "MAX_QUEUE": "4"]) { lab in
      let admissions = ["a", "a", "a", "b", "b", "c"].map { lab.admission(tenant: $0) }
      let outcomes = try await lab.queue.admit(admissions)
      #expect(
        words(outcomes) == ["admitted", "admitted", "full tenant", "admitted", "admitted", "full queue"])
      #expect(try await lab.queue.statistics().openJobs == 4)
      #expect(try await lab.state(of: admissions[2].id, tenant: "a") == nil)
      #expect(try await lab.state(of: admissions[5].id, tenant: "c") == nil)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("a rate limit counts them one by one, and those that it refuses take nothing")
  func limits() async throws {
    try await QueueLab.with { lab in
      let limit = RateDemand(subject: "s", limit: RateLimit(requests: 3, per: .hour))
      let other = RateDemand(subject: "o", limit: RateLimit(requests: 9, per: .hour))
      let outcomes = try await lab.queue.admit(
        (0..<5).map { _ in lab.admission(limits: [limit, other]) } + [lab.admission(limits: [other])])
      #expect(
        words(outcomes) == ["admitted", "admitted", "admitted", "limited", "limited", "admitted"])
      let remaining = outcomes.map { outcome -> Int? in
        if case .admitted(_, _, let state) = outcome { state.requests?.remaining } else { nil }
      }
      #expect(remaining == [2, 1, 0, nil, nil, 5])
      #expect(try await lab.queue.limits([other]).requests?.remaining == 5)
      #expect(try await lab.queue.limits([limit]).requests?.remaining == 0)
    }
  }

  @Test("an idempotency key that two of them have makes one job")
  func idempotency() async throws {
    try await QueueLab.with { lab in
      let key = Idempotency(digest: "key", fingerprint: "body")
      let reused = Idempotency(digest: "key", fingerprint: "another body")
      let outcomes = try await lab.queue.admit(
        [lab.admission(key: key), lab.admission(key: key), lab.admission(key: reused)])
      #expect(words(outcomes) == ["admitted", "replayed", "reused"])
      #expect(try await lab.queue.statistics().openJobs == 1)
    }
  }

  @Test("equal ones share a call")
  func followers() async throws {
    try await QueueLab.with { lab in
      let admissions = (0..<3).map { _ in lab.admission(cache: .use(key: "k")) }
      #expect(words(try await lab.queue.admit(admissions)) == ["admitted", "follows", "follows"])
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
      for admission in admissions { #expect(try await lab.state(of: admission.id) == .succeeded) }
      #expect(words(try await lab.queue.admit(admissions)) == ["cached", "cached", "cached"])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }
}
