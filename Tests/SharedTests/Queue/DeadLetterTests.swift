import NIOCore
import Testing

@testable import Shared

@Suite("Dead letters")
struct DeadLetterTests {
  private func fail(_ lab: QueueLab, _ admission: Admission) async throws -> JobID {
    let id = try await lab.admit(admission)
    let job = try await lab.claimOne()
    _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
    return id
  }

  @Test("failed jobs of all tenants are listed, the newest first, page by page")
  func listing() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for number in 0..<5 {
        ids.append(try await fail(lab, lab.admission(tenant: number % 2 == 0 ? "a" : "b")))
        try await lab.untilRedisTime(isAfter: .milliseconds(1))
      }
      let first = try await lab.queue.deadLetters(before: nil, count: 3)
      let second = try await lab.queue.deadLetters(before: first.next, count: 3)
      #expect((first.elements + second.elements).map(\.job.id) == ids.reversed())
      #expect(first.elements.map(\.job.tenant) == ["a", "b", "a"] && second.next == nil)
    }
  }

  @Test("a requeued job runs again as new, with its request and metadata, and is counted again")
  func requeue() async throws {
    try await QueueLab.with { lab in
      let id = try await fail(lab, lab.admission(prompt: "again", metadata: #"{"a":"b"}"#))
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await lab.requeue(id) == .absent)
      #expect(try await lab.queue.statistics().dead == 0)
      let job = try await lab.claimOne()
      #expect(job.lease.id == id && job.attempts == 1 && job.request == ByteBuffer(string: "again"))
      #expect(job.timeLeft > .seconds(500))
      _ = try await lab.queue.complete(job.lease, with: lab.result("better"), isCacheable: false)
      let record = try #require(try await lab.queue.read(id, tenant: "default").job)
      #expect(record.state == .succeeded && record.metadata == ByteBuffer(string: #"{"a":"b"}"#))
      #expect(try await lab.queue.usage(after: nil, count: 10).map(\.requeued) == [0, 1])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("a job that streamed is answered whole once it is requeued, and leaves no log behind")
  func requeuedStream() async throws {
    try await QueueLab.with { lab in
      let id = try await fail(lab, lab.admission(streaming: .restart))
      #expect(try await lab.requeue(id) == .queued)
      let job = try await lab.claimOne()
      #expect(job.lease.id == id && job.streaming == nil)
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.keys(beginning: ["events:"]).isEmpty)
    }
  }

  @Test("one that ended while it was queued stands in its lane twice once requeued, and is claimed once")
  func requeuedWhileQueued() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      _ = try await lab.queue.retry(try await lab.claimOne().lease, after: .seconds(60), countsAttempt: true)
      try await lab.letTimePass("scheduled", id)
      _ = try await lab.queue.claim(0, worker: "w")
      try await lab.letTimePass("deadlines", id)
      _ = try await lab.queue.claim(0, worker: "w")
      #expect(try await lab.state(of: id) == .failed)
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await lab.queue.claim(5, worker: "w").jobs.map(\.lease.id) == [id])
    }
  }

  @Test(
    "what an operator can do nothing about is no dead letter; its client still sees it, its request is gone",
    arguments: JobFailure.Code.allCases)
  func refused(code: JobFailure.Code) async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let failure = JobFailure(code: code, message: "no")
      _ = try await lab.queue.fail(try await lab.claimOne().lease, with: failure)
      let isDead = code != .requestRefused && code != .budgetExceeded
      #expect(try await lab.queue.statistics().dead == (isDead ? 1 : 0))
      #expect(
        try await lab.queue.deadLetters(before: nil, count: 9).elements.map(\.job.id) == (isDead ? [id] : []))
      #expect(try await lab.keys(beginning: ["p:"]).isEmpty == !isDead)
      let record = try #require(try await lab.queue.read(id, tenant: "default").job)
      #expect(record.state == .failed && record.body == failure.encoded())
      #expect(try await lab.queue.usage(after: nil, count: 10).count == 1)
      #expect(try await lab.requeue(id) == (isDead ? .queued : .absent))
    }
  }

  @Test("a discarded one is off the list and its request is gone; its tenant still sees how it ended")
  func discard() async throws {
    try await QueueLab.with { lab in
      let id = try await fail(lab, lab.admission())
      #expect(try await lab.discard(id))
      #expect(try await lab.discard(id) == false)
      #expect(try await lab.requeue(id) == .absent)
      #expect(try await lab.keys(beginning: ["p:", "dead"]).isEmpty)
      #expect(try await lab.state(of: id) == .failed)
    }
  }

  @Test("what did not fail cannot be requeued")
  func onlyDead() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.requeue(id) == .absent)
      #expect(try await lab.requeue(JobID(unixMilliseconds: 0)) == .absent)
    }
  }
}
