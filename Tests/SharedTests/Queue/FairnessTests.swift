import Testing

@testable import Shared

@Suite("Nobody starves")
struct FairnessTests {
  private func claimedTenants(_ lab: QueueLab, _ count: Int) async throws -> [String] {
    var tenants: [String] = []
    for job in try await lab.queue.claim(count, worker: "w").jobs {
      for tenant in ["a", "b", "c"] where try await lab.state(of: job.lease.id, tenant: tenant) != nil {
        tenants.append(tenant)
      }
    }
    return tenants
  }

  @Test("one tenant's long batch does not delay another's few jobs by more than a turn each")
  func rotation() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<300 { try await lab.admit(lab.admission(tenant: "a")) }
      for _ in 0..<10 { try await lab.admit(lab.admission(tenant: "b")) }
      let first = try await claimedTenants(lab, 21)
      #expect(first.count { $0 == "b" } == 10)
    }
  }

  @Test("turns are weighted by the tokens that are asked for")
  func weights() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<40 {
        try await lab.admit(lab.admission(tenant: "a", weight: 1000))
        try await lab.admit(lab.admission(tenant: "b", weight: 250))
      }
      let first = try await claimedTenants(lab, 25)
      #expect((19...21).contains(first.count { $0 == "b" }))
    }
  }

  @Test("the slowest lane has its share however busy the fastest one is")
  func lanes() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<200 { try await lab.admit(lab.admission(lane: .interactive)) }
      for lane in [Lane.standard, .batch] {
        for _ in 0..<20 { try await lab.admit(lab.admission(lane: lane)) }
      }
      var lanes: [Lane: Int] = [:]
      for job in try await lab.queue.claim(105, worker: "w").jobs {
        let lane = try #require(try await lab.queue.read(job.lease.id, tenant: "default").job?.lane)
        lanes[lane, default: 0] += 1
      }
      #expect(lanes[.batch].map { (4...6).contains($0) } == true)
      #expect(lanes[.standard].map { (19...20).contains($0) } == true)
    }
  }

  @Test("a tenant runs no more jobs at once than it may, and others go on")
  func concurrencyCap() async throws {
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": "3"]) { lab in
      for _ in 0..<10 { try await lab.admit(lab.admission(tenant: "a")) }
      for _ in 0..<2 { try await lab.admit(lab.admission(tenant: "b")) }
      let first = try await lab.queue.claim(10, worker: "w")
      #expect(first.jobs.count == 5 && !first.hasMore)
      try await lab.admit(lab.admission(tenant: "a"))
      #expect(try await lab.queue.claim(10, worker: "w").jobs.isEmpty, "a new job does not unlock its tenant")
    }
  }

  @Test("what a tenant took while it was alone gives who comes then no more than one turn ahead")
  func aloneBefore() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<60 { try await lab.admit(lab.admission(tenant: "a")) }
      #expect(try await lab.queue.claim(40, worker: "w").jobs.count == 40)
      for _ in 0..<20 { try await lab.admit(lab.admission(tenant: "b")) }
      let next = try await claimedTenants(lab, 20)
      #expect((10...11).contains(next.count { $0 == "b" }))
    }
  }

  /// The order in which claims of so many take jobs of four tenants in three lanes, of which some are cancelled.
  private func order(ofClaimsOf size: Int, cap: String) async throws -> [String] {
    var order: [String] = []
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": cap]) { lab in
      for number in 0..<90 {
        let tenant = ["a", "b", "c", "d"][number * 7 % 11 % 4]
        let lane: Lane = [.interactive, .standard, .batch][number * 5 % 13 % 3]
        let id = try await lab.admit(
          lab.admission(tenant: tenant, lane: lane, prompt: "\(number)", weight: 50 + number * 37 % 200))
        if number % 7 == 3 { _ = try await lab.queue.cancel(id, tenant: tenant) }
      }
      while case let jobs = try await lab.queue.claim(size, worker: "w").jobs, !jobs.isEmpty {
        order += jobs.compactMap { $0.request.map(String.init(buffer:)) }
      }
      #expect(try await lab.keys(beginning: ["q:", "ready:", "lanes"]).isEmpty == (cap == "0"))
    }
    return order
  }

  @Test("one claim takes jobs in the order in which claims of one job each do", arguments: ["0", "9"])
  func turnsWithinAClaim(cap: String) async throws {
    let single = try await order(ofClaimsOf: 1, cap: cap)
    #expect(single.count == (cap == "0" ? 77 : 36))
    for size in [2, 7, 90] { #expect(try await order(ofClaimsOf: size, cap: cap) == single) }
  }

  @Test(
    "jobs taken at once keep their order; a cancelled one among them is passed over and counts for nothing")
  func takenAtOnce() async throws {
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": "5"]) { lab in
      var ids: [JobID] = []
      for _ in 0..<5 { ids.append(try await lab.admit(lab.admission())) }
      _ = try await lab.queue.cancel(ids.remove(at: 1), tenant: "default")
      let first = try await lab.queue.claim(10, worker: "w")
      #expect(first.jobs.map(\.lease.id) == ids && !first.hasMore)
      for _ in 0..<3 { try await lab.admit(lab.admission()) }
      let second = try await lab.queue.claim(10, worker: "w")
      #expect(second.jobs.count == 1 && !second.hasMore, "four run, and five may")
    }
  }

  @Test("every way for a job to stop running makes room for the tenant's next one, and wakes a worker")
  func capIsGivenBack() async throws {
    try await QueueLab.with(settings: ["TENANT_CONCURRENCY": "1"]) { lab in
      for _ in 0..<6 { try await lab.admit(lab.admission()) }
      let ends: [(ClaimedJob) async throws -> Void] = [
        { _ = try await lab.queue.complete($0.lease, with: lab.result(), isCacheable: false) },
        { _ = try await lab.queue.fail($0.lease, with: JobFailure(code: .allProvidersFailed, message: "")) },
        { _ = try await lab.queue.retry($0.lease, after: .seconds(60), countsAttempt: true) },
        { _ = try await lab.queue.cancel($0.lease.id, tenant: "default") },
        { try await lab.queue.release([$0.lease]) },
      ]
      for end in ends {
        let claim = try await lab.queue.claim(5, worker: "w")
        let job = try #require(claim.jobs.first)
        #expect(claim.jobs.count == 1)
        #expect(try await lab.queue.claim(5, worker: "w").jobs.isEmpty)
        _ = try await lab.redis.send(RedisCommand("DEL", "sluice:{0}:wake"))
        try await end(job)
        #expect(try await lab.keys().contains("sluice:{0}:wake"))
      }
      try await lab.letTimePass("lease", try await lab.claimOne().lease.id)
      #expect(try await lab.queue.claim(5, worker: "w").jobs.count == 1, "a lost lease makes room, too")
    }
  }
}
