import NIOCore
import Testing

@testable import Shared

@Suite("Notices on their way to webhooks")
struct NoticeDeliveryTests {
  private let urls = ["https://a.example/hook?token=t", "https://b.example/hook"]

  /// A notice that nobody was told of yet.
  private func notice(_ lab: QueueLab) async throws -> (job: ClaimedJob, notice: Notice) {
    try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60, .soft)])))
    try await lab.complete(try await lab.claimOne(), cost: 60)
    let job = try await lab.claimOne()
    guard case .tell(let notice)? = job.request.flatMap(NoticeTask.init) else {
      throw QueueLab.NothingToClaim()
    }
    return (job, notice)
  }

  private func calls(_ notice: Notice) -> [NoticeCall] { urls.map { NoticeCall(url: $0, notice: notice) } }

  @Test("a notice is a job of its own; it ends with the calls that it comes to, which are jobs too")
  func fanOut() async throws {
    try await QueueLab.with { lab in
      let (job, notice) = try await notice(lab)
      #expect(job.lease.id == notice.id && job.lease.id.kind == .delivery && job.deliveredJob == nil)
      #expect(try await lab.queue.notify(job.lease, calls(notice)) == .recorded)
      // As by a worker that believed itself alone.
      #expect(try await lab.queue.notify(job.lease, calls(notice)) == .stale)
      let jobs = try await lab.queue.claim(9, worker: "w").jobs
      #expect(
        Set(jobs.compactMap { $0.request.flatMap(NoticeTask.init) }) == Set(calls(notice).map { .call($0) }))
      for call in jobs {
        #expect(call.timeLeft > .seconds(86_000))
        #expect(try await lab.queue.completeDelivery(call.lease) == .recorded)
      }
      #expect(try await lab.queue.statistics().counts["delivery:succeeded"] == 2)
      #expect(try await lab.leftAfterMending() == [])
    }
  }

  @Test(
    "a worker that is lost before it has told leaves the notice to another, one that is lost after it nothing"
  )
  func lostWorker() async throws {
    try await QueueLab.with { lab in
      let (job, notice) = try await notice(lab)
      try await lab.loseWorker("w", holding: job.lease.id)
      let again = try await lab.claimOne(worker: "x")
      #expect(again.lease.id == job.lease.id)
      #expect(try await lab.queue.notify(job.lease, calls(notice)) == .stale)
      #expect(try await lab.queue.notify(again.lease, calls(notice)) == .recorded)
      #expect(try await lab.queue.claim(9, worker: "x").jobs.count == 2)
    }
  }

  @Test("the same is the same job, so a step that Redis has lost and that is taken again tells nothing twice")
  func same() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60, .soft)])))
      let before = try await lab.redis("HGET", ":held", "s:t:a:bd")
      let job = try await lab.claimOne()
      try await lab.complete(job, cost: 60)
      let first = try await lab.claimOne()
      #expect(before.string == nil)
      try await lab.redis("HDEL", ":held", "s:t:a:bd")
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60, .soft)])))
      try await lab.complete(try await lab.claimOne(), cost: 60)
      #expect(try await lab.queue.claim(9, worker: "w").jobs.isEmpty)
      #expect(Set(try await lab.queue.notices(after: nil, count: 9).map(\.notice.id)) == [first.lease.id])
    }
  }

  @Test("a call that never succeeds ends among the dead letters, and can be requeued")
  func undeliverable() async throws {
    try await QueueLab.with { lab in
      let (job, notice) = try await notice(lab)
      _ = try await lab.queue.notify(job.lease, [NoticeCall(url: urls[0], notice: notice)])
      let call = try await lab.claimOne()
      _ = try await lab.queue.fail(call.lease, with: JobFailure(code: .undeliverable, message: "410"))
      let letter = try #require(try await lab.queue.deadLetters(before: nil, count: 1).elements.first)
      #expect(letter.job.id == call.lease.id && letter.deliveredJob == nil)
      #expect(try await lab.requeue(letter.job.id) == .queued)
      let again = try await lab.claimOne()
      #expect(again.request.flatMap(NoticeTask.init) == .call(NoticeCall(url: urls[0], notice: notice)))
    }
  }

  @Test("whom a tenant wants called is read from its record")
  func webhooks() async throws {
    try await QueueLab.with { lab in
      #expect(try await lab.queue.webhooks(of: "search") == [])
      var tenant = Tenant(id: try #require(TenantID(rawValue: "search")))
      tenant.webhooks = [
        .init(url: urls[0], events: ["budget.spent", "limit.reached"]), .init(url: urls[1]),
      ]
      try await lab.redis("SET", ":tenant:search", String(buffer: tenant.json.serialized()))
      #expect(try await lab.queue.webhooks(of: "search") == tenant.webhooks)
      #expect(try await lab.queue.webhooks(of: "other") == [])
    }
  }
}
