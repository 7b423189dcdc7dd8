import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("What a tenant wants kept for less long")
struct TenantRetentionTests {
  /// Stores a tenant's record, and forgets that it was changed: jobs here are judged by none.
  private func store(_ retention: String, of tenant: String, in lab: QueueLab) async throws {
    let record = ByteBuffer(string: #"{"id":"\#(tenant)","retention":\#(retention)}"#)
    let outcome = try await AccessStore(lab.queue).change(.tenant(tenant, .create, json: record)) {
      AuditEntry(json: ByteBuffer(string: "{}"), digest: $0 + "x")
    }
    guard case .done = outcome else { throw QueueLab.NotAdmitted() }
    try await lab.redis("DEL", ":epochs")
  }

  private func ended(_ lab: QueueLab, of tenant: String) async throws -> JobID {
    let id = try await lab.admit(lab.admission(tenant: tenant, streaming: .deltas))
    try await lab.complete(try await lab.claimOne(), cost: 1)
    return id
  }

  /// As if a job had ended so many seconds ago.
  private func age(_ id: JobID, _ seconds: Int64, in lab: QueueLab) async throws {
    let then = Timestamp.now - seconds * 1000
    try await lab.redis("HSET", ":j:\(id)", "ft", "\(then)")
  }

  @Test("its older jobs and events go, those of others stay, and so does what has not ended")
  func jobsAndEvents() async throws {
    try await QueueLab.with { lab in
      try await store(#"{"results":3600,"events":60}"#, of: "a", in: lab)
      try await store("{}", of: "b", in: lab)
      let old = try await ended(lab, of: "a")
      let recent = try await ended(lab, of: "a")
      let new = try await ended(lab, of: "a")
      let other = try await ended(lab, of: "b")
      let open = try await lab.admit(lab.admission(tenant: "a"))
      try await age(old, 3601, in: lab)
      try await age(recent, 61, in: lab)
      try await age(other, 90_000, in: lab)
      // By when they were made, which was a moment ago, none could be so old.
      try await lab.queue.retain(now: Timestamp.now + 3_600_000, steps: 100)
      #expect(try await lab.state(of: old, tenant: "a") == nil)
      #expect(try await lab.keys(beginning: ["r:\(old)", "events:\(old)", "m:\(old)"]).isEmpty)
      #expect(try await lab.state(of: recent, tenant: "a") == .succeeded)
      #expect(
        try await lab.keys(beginning: ["events:"])
          == ["sluice:{0}:events:\(new)", "sluice:{0}:events:\(other)"].sorted())
      #expect(try await lab.state(of: open, tenant: "a") == .queued)
      #expect(try await lab.state(of: other, tenant: "b") == .succeeded)
      let found = try await lab.queue.mend(from: .start, steps: 1000)
      #expect(found.repairs.isEmpty)
    }
  }

  @Test("its older records of usage go once they are in the sums")
  func usage() async throws {
    try await QueueLab.with { lab in
      try await store(#"{"usage":1}"#, of: "a", in: lab)
      let mine = try await ended(lab, of: "a")
      let other = try await ended(lab, of: "b")
      try await lab.queue.retain(now: Timestamp.now, steps: 100)
      #expect(try await lab.queue.usage(after: nil, count: 9).map(\.job) == [mine, other])
      try await lab.queue.rollUsage()
      try await store(#"{"usage":60}"#, of: "c", in: lab)
      try await eventually("a second is over") {
        try await lab.queue.retain(now: Timestamp.now, steps: 100)
        return try await lab.queue.usage(after: nil, count: 9).map(\.job) == [other]
      }
    }
  }

  @Test("no tenant waits for long because of others: each turn goes on where the one before ended")
  func turns() async throws {
    try await QueueLab.with { lab in
      var old: [(tenant: String, job: JobID)] = []
      for number in 10..<40 {
        try await store(#"{"results":1}"#, of: "t\(number)", in: lab)
        let id = try await ended(lab, of: "t\(number)")
        try await age(id, 3600, in: lab)
        old.append(("t\(number)", id))
      }
      // Ten steps are not enough for thirty tenants, whose jobs and conversations take one each.
      for _ in 0..<9 { try await lab.queue.retain(now: Timestamp.now + 3_600_000, steps: 10) }
      for (tenant, job) in old {
        #expect(try await lab.state(of: job, tenant: tenant) == nil, "\(tenant)")
      }
    }
  }

  @Test("a tenant with many jobs is looked through over several turns, from where the last ended")
  func manyJobs() async throws {
    try await QueueLab.with { lab in
      try await store(#"{"results":3600}"#, of: "a", in: lab)
      try await store(#"{"results":3600}"#, of: "b", in: lab)
      let last = try await ended(lab, of: "b")
      try await age(last, 3601, in: lab)
      for _ in 0..<11 {
        let outcomes = try await lab.queue.admit((0..<100).map { _ in lab.admission(tenant: "a") })
        for outcome in outcomes {
          guard case .admitted = outcome else { throw QueueLab.NotAdmitted() }
        }
      }
      // A tenth of ten steps are the first tenant's, which has three steps to look at.
      try await lab.queue.retain(now: Timestamp.now + 3_600_000, steps: 10)
      #expect(try await lab.state(of: last, tenant: "b") == nil)
      let first = try #require(try await lab.redis("HGET", ":keptat", "a:jobs").string)
      try await lab.queue.retain(now: Timestamp.now + 3_600_000, steps: 10)
      let second = try #require(try await lab.redis("HGET", ":keptat", "a:jobs").string)
      #expect(first < second)
      try await lab.queue.retain(now: Timestamp.now + 3_600_000, steps: 10)
      #expect(try await lab.redis("HEXISTS", ":keptat", "a:jobs").integer == 0)
    }
  }

  @Test("who takes retention back has all kept as others have it")
  func takenBack() async throws {
    try await QueueLab.with { lab in
      try await store(#"{"results":1}"#, of: "a", in: lab)
      let record = ByteBuffer(string: #"{"id":"a","retention":{}}"#)
      _ = try await AccessStore(lab.queue).change(.tenant("a", .update, json: record)) {
        AuditEntry(json: ByteBuffer(string: "{}"), digest: $0 + "x")
      }
      #expect(try await lab.redis("EXISTS", ":keeps").integer == 0)
      try await store(#"{"usage":9}"#, of: "b", in: lab)
      _ = try await AccessStore(lab.queue).change(.tenant("b", .delete)) {
        AuditEntry(json: ByteBuffer(string: "{}"), digest: $0 + "x")
      }
      #expect(try await lab.redis("EXISTS", ":keeps").integer == 0)
    }
  }
}
