import Testing

@testable import Shared

@Suite("Listing a tenant's jobs")
struct ListTests {
  @Test("pages go from the newest to the oldest, none twice, none missing")
  func pages() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<25 { ids.append(try await lab.admit(lab.admission(tenant: "a"))) }
      try await lab.admit(lab.admission(tenant: "b"))
      var seen: [JobID] = []
      var cursor: JobID?
      repeat {
        let page = try await lab.queue.list(tenant: "a", state: nil, before: cursor, count: 10)
        seen += page.elements.map(\.id)
        cursor = page.next
      } while cursor != nil
      #expect(seen == ids.sorted { $0.rawValue > $1.rawValue })
    }
  }

  @Test("a filter leaves only jobs in that state")
  func filter() async throws {
    try await QueueLab.with { lab in
      for _ in 0..<6 { try await lab.admit(lab.admission()) }
      let running = try await lab.queue.claim(2, worker: "w").jobs.map(\.lease.id)
      let page = try await lab.queue.list(tenant: "default", state: .running, before: nil, count: 10)
      #expect(Set(page.elements.map(\.id)) == Set(running) && page.next == nil)
      #expect(
        try await lab.queue.list(tenant: "default", state: .failed, before: nil, count: 10).elements.isEmpty)
    }
  }

  @Test("a forgotten job leaves the list")
  func forgotten() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      let members = try await lab.redis.send(RedisCommand("ZRANGE", "sluice:{0}:unfetched", "0", "-1")).array
      let member = try #require(members?.first?.string)
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:unfetched", "XX", "1", member))
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await lab.keys(beginning: ["jobs:", "unfetched"]).isEmpty)
      #expect(try await lab.queue.statistics().memory.bytes[.unfetched] == 0)
    }
  }

  @Test("a job that a process of before has ended leaves the list, too")
  func forgottenByOlder() async throws {
    try await QueueLab.with { lab in
      let id = JobID(unixMilliseconds: 1)
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:jobs:default", "0", id.rawValue))
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:ended", "1", "\(id) default"))
      _ = try await lab.queue.renew([], worker: "w")
      #expect(try await lab.keys(beginning: ["jobs:", "ended"]).isEmpty)
    }
  }
}
