import Testing

@testable import Shared

@Suite("Deliveries of ends")
struct DeliveryTests {
  private let url = "https://example.com/hook"

  @Test("the end of a job with a callback is a job of its own kind, with what is to be told")
  func delivery() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(callback: url))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result("told"), isCacheable: false)
      let delivery = try await lab.claimOne()
      #expect(delivery.lease.id.kind == .delivery && delivery.deliveredJob == id && delivery.request == nil)
      #expect(delivery.timeLeft > .seconds(86_000))
      let content = try #require(try await lab.queue.delivery(of: id))
      #expect(content.url == url && content.job.id == id && content.job.state == .succeeded)
      #expect(try await lab.queue.completeDelivery(delivery.lease) == .recorded)
      #expect(try await lab.queue.usage(after: nil, count: 10).count == 1, "a delivery uses nothing")
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("every kind of end is told, also that of an answer from the cache")
  func everyEnd() async throws {
    try await QueueLab.with { lab in
      let cancelled = try await lab.admit(lab.admission(callback: url))
      _ = try await lab.queue.cancel(cancelled, tenant: "default")
      let expired = try await lab.admit(lab.admission(callback: url))
      try await lab.letTimePass("deadlines", expired)
      _ = try await lab.queue.renew([], worker: "w")
      let answered = try await lab.admit(lab.admission(cache: .use(key: "k"), callback: url))
      var delivered: Set<JobID> = []
      while let job = try await lab.queue.claim(1, worker: "w").jobs.first {
        if let id = job.deliveredJob {
          delivered.insert(id)
          _ = try await lab.queue.completeDelivery(job.lease)
        } else {
          _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
        }
      }
      #expect(delivered == [cancelled, expired, answered])
      let hit = lab.admission(cache: .use(key: "k"), callback: url)
      guard case .cached = try await lab.queue.admit(hit) else {
        Issue.record("not cached")
        return
      }
      #expect(try await lab.claimOne().deliveredJob == hit.id)
    }
  }

  @Test("a delivery that never succeeds ends among the dead letters, and can be requeued")
  func undeliverable() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(callback: url))
      _ = try await lab.queue.cancel(id, tenant: "default")
      let delivery = try await lab.claimOne()
      _ = try await lab.queue.fail(delivery.lease, with: JobFailure(code: .undeliverable, message: "410"))
      let letter = try #require(try await lab.queue.deadLetters(before: nil, count: 1).elements.first)
      #expect(letter.job.id == delivery.lease.id && letter.deliveredJob == id)
      #expect(try await lab.requeue(letter.job.id) == .queued)
      #expect(try await lab.claimOne().deliveredJob == id)
    }
  }

  @Test("what is told is kept for as long as it is tried, however short JOB_TTL is")
  func kept() async throws {
    try await QueueLab.with(settings: ["JOB_TTL": "1"]) { lab in
      let id = try await lab.admit(lab.admission(callback: url))
      _ = try await lab.queue.cancel(id, tenant: "default")
      for key in ["j:", "u:"] {
        let left = try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:\(key)\(id)")).integer ?? 0
        #expect(left > 86_400_000)
      }
    }
  }
}
