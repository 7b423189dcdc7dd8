import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("The events of a job")
struct EventTests {
  private func kinds(_ lab: QueueLab, _ id: JobID, after number: Int = 0) async throws -> [JobEvent.Kind] {
    try #require(try await lab.queue.events(of: id, tenant: "default", after: number, announceTo: nil))
      .events.map(\.kind)
  }

  private func status(_ state: JobState, attempts: Int) -> (JobEvent.Kind) -> Bool {
    { kind in
      guard case .status(let status) = kind else { return false }
      return status.state == state && status.attempts == attempts
    }
  }

  @Test("a job that streams tells its states, its deltas and its end, numbered without a gap")
  func life() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      #expect(job.streaming == .deltas)
      for (number, text) in [(1, "Hel"), (2, "lo")] {
        #expect(
          try await lab.queue.append(lab.delta(text), number: number, to: job.lease) == .recorded)
      }
      _ = try await lab.queue.complete(job.lease, with: lab.result("Hello"), isCacheable: false)
      let page = try #require(
        try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil))
      #expect(page.events.map(\.number) == [1, 2, 3, 4, 5])
      let kinds = page.events.map(\.kind)
      #expect(status(.queued, attempts: 0)(kinds[0]) && status(.running, attempts: 1)(kinds[1]))
      #expect(
        kinds[2...] == [.delta(JobDelta(AnswerDelta("Hel"))), .delta(JobDelta(AnswerDelta("lo"))), .done])
      #expect(try await self.kinds(lab, id, after: 3) == [.delta(JobDelta(AnswerDelta("lo"))), .done])
      #expect(try await self.kinds(lab, id, after: 99).isEmpty)
    }
  }

  @Test("a delta whose reply was lost and that is sent again is there once")
  func repeatedDelta() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      for number in [1, 1, 2, 1, 2] {
        #expect(
          try await lab.queue.append(lab.delta("\(number)"), number: number, to: job.lease)
            == .recorded)
      }
      let deltas = try await kinds(lab, id).dropFirst(2)
      #expect(deltas == [.delta(JobDelta(AnswerDelta("1"))), .delta(JobDelta(AnswerDelta("2")))])
    }
  }

  @Test("a delta of a worker that has lost the job is refused")
  func staleDelta() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let first = try await lab.claimOne(worker: "gone")
      try await lab.loseWorker("gone", holding: id)
      let second = try await lab.claimOne()
      #expect(try await lab.queue.append(lab.delta("x"), number: 1, to: first.lease) == .stale)
      #expect(try await lab.queue.append(lab.delta("y"), number: 1, to: second.lease) == .recorded)
      #expect(try await kinds(lab, id).last == .delta(JobDelta(AnswerDelta("y"))))
    }
  }

  @Test("a worker that is lost after the first delta fails the job, with an error among its events")
  func brokenOff() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne(worker: "gone")
      _ = try await lab.queue.append(lab.delta("Hel"), number: 1, to: job.lease)
      try await lab.loseWorker("gone", holding: id)
      #expect(try await lab.queue.claim(1, worker: "w").jobs.isEmpty)
      #expect(try await lab.state(of: id) == .failed)
      let last = try await kinds(lab, id).suffix(2)
      guard case .error(let failure) = last.first, last.last == .done else {
        Issue.record("it ends with \(last)")
        return
      }
      #expect(try JSONParser.parse(failure)["code"] == "stream_interrupted")
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a worker that is lost before the first delta costs nothing but time")
  func lostEarly() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      _ = try await lab.claimOne(worker: "gone")
      try await lab.loseWorker("gone", holding: id)
      #expect(try await lab.claimOne().lease.id == id)
      #expect(try await !kinds(lab, id).contains(.restart))
    }
  }

  @Test("who takes a second beginning is told of it, after a lost worker, a release and a retry")
  func restart() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .restart))
      let first = try await lab.claimOne(worker: "gone")
      _ = try await lab.queue.append(lab.delta("a"), number: 1, to: first.lease)
      try await lab.loseWorker("gone", holding: id)
      let second = try await lab.claimOne()
      _ = try await lab.queue.append(lab.delta("b"), number: 1, to: second.lease)
      try await lab.queue.release([second.lease])
      let third = try await lab.claimOne()
      _ = try await lab.queue.append(lab.delta("c"), number: 1, to: third.lease)
      _ = try await lab.queue.retry(third.lease, after: .zero, countsAttempt: true)
      let fourth = try await lab.claimOne()
      _ = try await lab.queue.append(lab.delta("d"), number: 1, to: fourth.lease)
      let told = try await kinds(lab, id).filter {
        if case .status = $0 { false } else { true }
      }
      let deltas = ["a", "b", "c", "d"].map { JobEvent.Kind.delta(JobDelta(AnswerDelta($0))) }
      #expect(told == [deltas[0], .restart, deltas[1], .restart, deltas[2], .restart, deltas[3]])
    }
  }

  @Test("a draining worker that gives back a half-told answer fails it, unless it may begin anew")
  func release() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      _ = try await lab.queue.append(lab.delta("a"), number: 1, to: job.lease)
      try await lab.queue.release([job.lease])
      #expect(try await lab.state(of: id) == .failed)
    }
  }

  @Test("a job that nobody watched has no events; who watches begins them, and its answer is told whole")
  func lateWatcher() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      #expect(try await !lab.keys().contains("sluice:{0}:events:\(id)"))
      #expect(try await kinds(lab, id).count == 1)
      let job = try await lab.claimOne()
      #expect(job.streaming == .deltas, "who watches before it begins sees it come")
      _ = try await lab.queue.complete(job.lease, with: lab.result("so"), isCacheable: false)
      #expect(try await kinds(lab, id).suffix(2) == [.whole, .done])
      let ended = try await lab.admit(lab.admission())
      let other = try await lab.claimOne()
      _ = try await lab.queue.complete(other.lease, with: lab.result("so"), isCacheable: false)
      #expect(try await kinds(lab, ended) == [.whole, .done])
      #expect(try await kinds(lab, ended) == [.whole, .done], "again, the same")
    }
  }

  @Test("an answer from the cache is told whole")
  func cached() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(cache: .use(key: "k")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result("so"), isCacheable: true)
      let hit = lab.admission(cache: .use(key: "k"), streaming: .deltas)
      guard case .cached = try await lab.queue.admit(hit) else {
        Issue.record("the cache has it")
        return
      }
      #expect(try await kinds(lab, hit.id) == [.whole, .done])
    }
  }

  @Test("who streams makes a call of its own, which others may share")
  func noFollowing() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(cache: .use(key: "k"), streaming: .deltas))
      guard
        case .admitted(_, let follows, _) = try await lab.queue.admit(
          lab.admission(cache: .use(key: "k"), streaming: .deltas)),
        case .admitted(_, let shares, _) = try await lab.queue.admit(lab.admission(cache: .use(key: "k")))
      else {
        Issue.record("not admitted")
        return
      }
      #expect(!follows && shares)
    }
  }

  @Test("another tenant's job has no events, like one that never was")
  func otherTenant() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(tenant: "a", streaming: .deltas))
      #expect(try await lab.queue.events(of: id, tenant: "b", after: 0, announceTo: "c") == nil)
      let never = JobID(unixMilliseconds: 1)
      #expect(try await lab.queue.events(of: never, tenant: "b", after: 0, announceTo: "c") == nil)
      #expect(try await !lab.keys().contains("sluice:{0}:w:\(id)"))
    }
  }

  @Test("events go when their job goes, and begin anew when an operator requeues it")
  func ends() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      let key = "sluice:{0}:events:\(id)"
      let ttl = try await lab.redis.send(RedisCommand("PTTL", key)).integer
      #expect((ttl ?? -1) > 0)
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await !lab.keys().contains(key))
    }
  }

  @Test("a page ends after a megabyte, and has one event at least")
  func pagesOfBytes() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      for (number, size) in [600_000, 600_000, 3_000_000, 10].enumerated() {
        let delta = lab.delta(String(repeating: "x", count: size))
        _ = try await lab.queue.append(delta, number: number + 1, to: job.lease)
      }
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      var pages: [[Int]] = []
      var hasMore = true
      while hasMore {
        let last = pages.last?.last ?? 0
        let page = try #require(
          try await lab.queue.events(of: id, tenant: "default", after: last, announceTo: nil))
        #expect(page.job.body == nil, "whose result nobody asked for")
        pages.append(page.events.map(\.number))
        hasMore = page.hasMore
      }
      #expect(pages == [[1, 2, 3, 4], [5], [6, 7]])
    }
  }

  @Test("a long log is read in pages")
  func pages() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await lab.claimOne()
      for number in 1...300 {
        _ = try await lab.queue.append(lab.delta("\(number) "), number: number, to: job.lease)
      }
      let first = try #require(
        try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil))
      #expect(first.hasMore && first.events.count == JobQueue.eventsAtOnce)
      let rest = try #require(
        try await lab.queue.events(of: id, tenant: "default", after: first.events.count, announceTo: nil))
      #expect(!rest.hasMore && first.events.count + rest.events.count == 302)
      #expect(try await lab.queue.eventCounts(of: [id, JobID(unixMilliseconds: 1)]) == [302, 0])
    }
  }
}
