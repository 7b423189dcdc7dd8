import TestSupport
import Testing

@testable import Shared

@Suite("What an index says of finished work is not believed when the job says otherwise")
struct DoubtfulRoomTests {
  /// A dead letter that its client has read.
  private func failed(_ lab: QueueLab, key: Idempotency? = nil) async throws -> JobID {
    let id = try await lab.admit(lab.admission(key: key))
    let failure = JobFailure(code: .allProvidersFailed, message: "no")
    #expect(try await lab.queue.fail(try await lab.claimOne().lease, with: failure) == .recorded)
    #expect(try await lab.state(of: id) == .failed)
    return id
  }

  /// As processes do that know nothing of the indexes of finished jobs.
  private func requeueAsBefore(_ lab: QueueLab, _ id: JobID) async throws {
    let members = try await lab.redis("ZRANGE", ":fetched_jobs", "0", "-1").array?.compactMap(\.string) ?? []
    #expect(try await lab.requeue(id) == .queued)
    for member in members where member.hasPrefix(id.rawValue) {
      try await lab.redis("ZADD", ":fetched_jobs", "1", member)
      try await lab.redis("HSET", ":j:\(id)", "fe", "1", "z", String(member.split(separator: " ")[1]))
    }
  }

  @Test(
    "a job that a process of before has requeued does not give way",
    arguments: [nil, Idempotency(digest: "d", fingerprint: "f")] as [Idempotency?])
  func requeued(key: Idempotency?) async throws {
    try await QueueLab.with { lab in
      let id = try await failed(lab, key: key)
      try await requeueAsBefore(lab, id)
      #expect(try await lab.queue.makeRoom(1 << 30, who: "me") == false)
      #expect(try await lab.state(of: id) == .queued)
      #expect(try await lab.redis("ZCARD", ":fetched_jobs").integer == 0)
      let job = try await lab.claimOne()
      #expect(job.request != nil)
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
    }
  }

  @Test("nor does the answer that it has since, which nobody has fetched")
  func answeredSince() async throws {
    try await QueueLab.with { lab in
      let id = try await failed(lab)
      try await requeueAsBefore(lab, id)
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.queue.makeRoom(1 << 30, who: "me") == false)
      #expect(try await lab.queue.read(id, tenant: "default").job?.body != nil)
    }
  }

  @Test("members that say nothing go, and stop nobody from making room")
  func malformed() async throws {
    try await QueueLab.with { lab in
      for index in ["fetched", "unfetched", "stubs", "logs"] {
        try await lab.redis("ZADD", ":\(index)", "1", "nonsense", "2", String(repeating: "x", count: 41))
      }
      _ = try await lab.queue.makeRoom(1, who: "me")
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      for index in ["fetched", "unfetched", "stubs", "logs"] {
        #expect(try await lab.redis("ZCARD", ":\(index)").integer == 0, "\(index)")
      }
    }
  }

  @Test("a tenant's list of another type stops nobody from making room")
  func listOfAnotherType() async throws {
    try await QueueLab.with { lab in
      let id = try await failed(lab)
      try await lab.redis("DEL", ":jobs:default")
      try await lab.redis("SET", ":jobs:default", "x")
      #expect(try await lab.queue.makeRoom(1, who: "me"))
      #expect(try await lab.state(of: id) == nil)
    }
  }
}
