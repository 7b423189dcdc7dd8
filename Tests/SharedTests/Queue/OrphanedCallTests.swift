import NIOCore
import Testing

@testable import Shared

@Suite("Shared calls, cached answers and event logs of which a part is lost")
struct OrphanedCallTests {
  private func admit(_ lab: QueueLab) async throws -> JobID {
    try await lab.admit(lab.admission(cache: .use(key: "k")))
  }

  private func end(_ lab: QueueLab, _ job: ClaimedJob) async throws -> Settlement {
    try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
  }

  @Test("a request does not follow a leader that is lost, and those who followed it make a call")
  func leader() async throws {
    try await QueueLab.with { lab in
      let lost = try await admit(lab)
      let follower = try await admit(lab)
      try await lab.loseJob(lost)
      let next = try await admit(lab)
      #expect(try await lab.orphans() == ["leader": 1])
      #expect(try await lab.work() == [next])
      #expect(try await lab.queue.mend().repairs.map(\.kind).contains("no-leader"))
      #expect(try await lab.work() == [follower])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("a leader's key of another kind is taken over")
  func strangeLeader() async throws {
    try await QueueLab.with { lab in
      try await lab.redis("LPUSH", ":leader:k", "nobody")
      let id = try await admit(lab)
      #expect(try await lab.work() == [id])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("a follower that is lost does not stop the answer of the others")
  func follower() async throws {
    try await QueueLab.with { lab in
      let leader = try await admit(lab)
      let lost = try await admit(lab)
      let other = try await admit(lab)
      try await lab.loseJob(lost)
      #expect(try await lab.work() == [leader])
      #expect(try await lab.state(of: other) == .succeeded)
      #expect(try await lab.orphans() == ["followers": 1])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("the next follower inherits a call where the first one is lost")
  func heir() async throws {
    try await QueueLab.with { lab in
      _ = try await admit(lab)
      let lost = try await admit(lab)
      let heir = try await admit(lab)
      let last = try await admit(lab)
      try await lab.loseJob(lost)
      let job = try await lab.claimOne()
      _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .requestRefused, message: "no"))
      #expect(try await lab.work() == [heir])
      #expect(try await lab.state(of: last) == .succeeded)
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("an heir that is lost is replaced by the janitor, and one that lives is not")
  func lostHeir() async throws {
    try await QueueLab.with { lab in
      _ = try await admit(lab)
      let heir = try await admit(lab)
      let last = try await admit(lab)
      let job = try await lab.claimOne()
      _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .requestRefused, message: "no"))
      // Another leads this cache key now; the heir has its followers still.
      let other = try await lab.admit(lab.admission(cache: .refresh(key: "k")))
      #expect(try await lab.queue.mend().repairs == [])
      try await lab.loseJob(heir)
      #expect(try await lab.queue.mend().repairs.map(\.kind).contains("no-leader"))
      #expect(Set(try await lab.work()) == [other, last])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test(
    "followers of which the list is lost, or of another kind, make their own calls", arguments: [false, true])
  func followers(isOfAnotherType: Bool) async throws {
    try await QueueLab.with { lab in
      let leader = try await admit(lab)
      let follower = try await admit(lab)
      try await lab.redis("DEL", ":f:\(leader)")
      if isOfAnotherType { try await lab.redis("SET", ":f:\(leader)", "no set") }
      #expect(try await lab.work() == [leader])
      #expect(try await lab.queue.mend().repairs.map(\.kind) == ["not-following"])
      #expect(try await lab.work() == [follower])
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("the cache takes answers when its index, or the sizes of its entries, are lost")
  func cache() async throws {
    try await QueueLab.with(settings: ["CACHE_MAX_BYTES": "1000"]) { lab in
      func store(_ key: String) async throws {
        let id = try await lab.admit(lab.admission(cache: .refresh(key: key)))
        #expect(try await lab.work() == [id])
      }
      func isCached(_ key: String) async throws -> Bool {
        try await lab.redis("EXISTS", ":cache:\(key)").integer == 1
      }
      try await store("a")
      try await lab.redis("HDEL", ":cachesize", "a")
      try await lab.redis("ZADD", ":cached", "1", "a")
      try await store("b")
      #expect(try await isCached("b"))
      #expect(try await lab.orphans() == ["cached": 1])
      try await lab.redis("HSET", ":cachesize", "total", "1000")
      try await lab.redis("DEL", ":cached")
      try await store("c")
      #expect(try await isCached("c"), "sizes without an index do not fill it for ever")
      try await lab.redis("DEL", ":cache:c")
      try await lab.redis("LPUSH", ":cache:c", "no answer")
      let id = try await lab.admit(lab.admission(cache: .use(key: "c")))
      #expect(try await lab.work() == [id])
    }
  }

  @Test(
    "an event log that has lost entries, or is none, stops neither the job nor its end",
    arguments: ["DEL", "XTRIM", "SET"])
  func events(damage: String) async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      func harm() async throws {
        switch damage {
        case "XTRIM": try await lab.redis("XTRIM", ":events:\(id)", "MAXLEN", "1")
        case "SET":
          try await lab.redis("DEL", ":events:\(id)")
          try await lab.redis("SET", ":events:\(id)", "no log")
        default: try await lab.redis("DEL", ":events:\(id)")
        }
      }
      try await harm()
      let job = try await lab.claimOne()
      try await harm()
      #expect(try await lab.queue.append(lab.delta("why"), number: 1, to: job.lease) == .recorded)
      try await harm()
      #expect(try await end(lab, job) == .recorded)
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test("the log of a job that has ended is told anew when it is lost")
  func endedLog() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      #expect(try await lab.work() == [id])
      try await lab.redis("DEL", ":events:\(id)")
      let page = try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
      #expect(page?.events.count == 2, "the whole answer, and that it has ended")
    }
  }

  @Test("those who wait are told by others when the list of them is of another kind")
  func watchers() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.queue.read(id, tenant: "default", announceTo: "sluice:{0}:channel")
      try await lab.redis("DEL", ":w:\(id)")
      try await lab.redis("SET", ":w:\(id)", "nobody")
      #expect(try await lab.work() == [id])
      #expect(try await lab.leftAfterMending() == [])
    }
  }
}
