import NIOCore
import Testing

@testable import Shared

@Suite("Admitting a job")
struct AdmitTests {
  private let tenPerMinute = [
    RateDemand(subject: "key:a", limit: RateLimit(requests: 10, per: .minute))
  ]

  @Test("an admitted job is queued as it came")
  func admitted() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(lane: .batch, metadata: #"{"a":"b"}"#))
      let job = try #require(try await lab.queue.read(id, tenant: "default").job)
      #expect(job.state == .queued)
      #expect(job.lane == .batch)
      #expect(job.attempts == 0)
      #expect(job.started == nil && job.finished == nil && job.body == nil)
      #expect(job.metadata.map { String(buffer: $0) } == #"{"a":"b"}"#)
      let statistics = try await lab.queue.statistics()
      #expect(statistics.queued == 1 && statistics.openBytes == 5)
    }
  }

  @Test("another tenant's job is as absent as one that never was")
  func otherTenant() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(tenant: "a"))
      #expect(try await lab.state(of: id, tenant: "b") == nil)
      #expect(try await lab.state(of: JobID(unixMilliseconds: 0), tenant: "b") == nil)
    }
  }

  @Test("ten a minute admits ten of twelve, and says when to come back")
  func rateLimit() async throws {
    try await QueueLab.with { lab in
      var remaining: [Int] = []
      for _ in 0..<10 {
        guard
          case .admitted(_, _, let states) = try await lab.queue.admit(lab.admission(limits: tenPerMinute)),
          let state = states.requests
        else {
          Issue.record("the first ten should be admitted")
          return
        }
        #expect(state.limit == 10)
        remaining.append(state.remaining)
      }
      #expect(remaining == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
      for _ in 0..<2 {
        guard
          case .limited(let rate, let retryAfter, let states) = try await lab.queue.admit(
            lab.admission(limits: tenPerMinute)), let state = states.requests
        else {
          Issue.record("the eleventh should be limited")
          return
        }
        #expect(rate == tenPerMinute[0] && states.tokens == nil)
        #expect(retryAfter > .zero && retryAfter <= .seconds(6))
        #expect(state.remaining == 0)
        #expect(state.reset > .seconds(53) && state.reset <= .seconds(60))
      }
      #expect(try await lab.queue.statistics().openJobs == 10)
    }
  }

  @Test("a limit counts for its own subject only, and looking takes nothing")
  func subjects() async throws {
    try await QueueLab.with { lab in
      let one = [RateDemand(subject: "key:a", limit: RateLimit(requests: 1, per: .hour))]
      let other = [RateDemand(subject: "key:b", limit: RateLimit(requests: 1, per: .hour))]
      try await lab.admit(lab.admission(limits: one))
      try await lab.admit(lab.admission(limits: other))
      let third = [RateDemand(subject: "key:c", limit: RateLimit(requests: 1, per: .hour))]
      for _ in 0..<3 { #expect(try await lab.queue.limits(third).requests?.remaining == 1) }
      #expect(try await lab.queue.limits(one).requests?.remaining == 0)
    }
  }

  @Test("of two limits the one that is reached refuses, and the other is not taken")
  func twoLimits() async throws {
    try await QueueLab.with { lab in
      let wide = RateDemand(subject: "wide", limit: RateLimit(requests: 5, per: .hour))
      let narrow = RateDemand(subject: "narrow", limit: RateLimit(requests: 1, per: .hour))
      try await lab.admit(lab.admission(limits: [wide, narrow]))
      guard
        case .limited(let rate, _, let states) = try await lab.queue.admit(
          lab.admission(limits: [wide, narrow]))
      else {
        Issue.record("the narrow limit should refuse")
        return
      }
      #expect(rate == narrow && states.requests?.limit == 1)
      #expect(try await lab.queue.limits([wide]).requests?.remaining == 4)
    }
  }

  @Test("a refused job leaves nothing behind")
  func refusedWritesNothing() async throws {
    try await QueueLab.with(settings: ["MAX_QUEUE": "1", "MAX_QUEUE_BYTES": "1024"]) { lab in
      let limits = [RateDemand(subject: "key:a", limit: RateLimit(requests: 10, per: .hour))]
      try await lab.admit(lab.admission(limits: limits))
      let before = try await lab.keys()
      guard case .full = try await lab.queue.admit(lab.admission(limits: limits)) else {
        Issue.record("the queue should be full")
        return
      }
      #expect(try await lab.keys() == before)
      #expect(try await lab.queue.limits(limits).requests?.remaining == 9)
    }
  }

  @Test("the queue is bounded in bytes, too")
  func bytes() async throws {
    try await QueueLab.with(settings: ["MAX_QUEUE_BYTES": "1024"]) { lab in
      try await lab.admit(lab.admission(prompt: String(repeating: "x", count: 1000)))
      guard
        case .full = try await lab.queue.admit(
          lab.admission(prompt: String(repeating: "x", count: 25)))
      else {
        Issue.record("25 bytes more should not fit")
        return
      }
      try await lab.admit(lab.admission(prompt: String(repeating: "x", count: 24)))
    }
  }

  @Test("a Redis without memory refuses what is new and lets running jobs end")
  func outOfMemory() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
      let error = await #expect(throws: QueueError.self) { try await lab.queue.admit(lab.admission()) }
      guard case .outOfMemory(let use?) = error else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(use.phrase.hasPrefix("jobs that have not ended"), "it says what fills Redis: \(use.phrase)")
      #expect(try await lab.queue.statistics().memory.isFull)
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true) == .recorded)
      #expect(try await lab.state(of: id) == .succeeded)
    }
  }

  @Test("a Redis that has lost the functions is given them again")
  func functionFlush() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission())
      _ = try await lab.redis.send(RedisCommand("FUNCTION", "FLUSH"))
      try await lab.admit(lab.admission())
      #expect(try await lab.queue.claim(10, worker: "w").jobs.count == 2)
    }
  }
}
