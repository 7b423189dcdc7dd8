import Testing

@testable import Shared

@Suite("For how long jobs wait")
struct DepthTests {
  private func oldest(_ lab: QueueLab) async throws -> Duration {
    try await lab.queue.depth(of: "standard", from: 0, most: 100).depth.oldest
  }

  /// As if it had come so many seconds ago.
  private func age(_ id: JobID, by seconds: Int64, _ lab: QueueLab) async throws {
    try await lab.redis("HSET", ":j:\(id)", "ct", "\(Timestamp.now - seconds * 1000)")
  }

  @Test(
    "a delay, and a pause before another attempt, are no waiting; what waits since before is seen behind them"
  )
  func delays() async throws {
    try await QueueLab.with { lab in
      let delayed = try await lab.admit(lab.admission(delay: .seconds(60)))
      let again = try await lab.admit(lab.admission(tenant: "b"))
      try await age(again, by: 5000, lab)
      let before = try await oldest(lab)
      #expect(before >= .seconds(5000), "it waits, and has had no pause")
      let lease = try await lab.claimOne().lease
      #expect(lease.id == again)
      _ = try await lab.queue.retry(lease, after: .seconds(60), countsAttempt: true)
      try await age(delayed, by: 9000, lab)
      for id in [delayed, again] { try await lab.letTimePass("scheduled", id) }
      // Takes one of them.
      let taken = try await lab.claimOne().lease
      #expect([delayed, again].contains(taken.id))
      let paused = try await oldest(lab)
      #expect(paused < .seconds(1000))
      let other = try await lab.admit(lab.admission(tenant: "c"))
      try await age(other, by: 2000, lab)
      let waits = try await oldest(lab)
      #expect(waits >= .seconds(2000) && waits < .seconds(3000))
    }
  }

  @Test("what has ended in front of a job hides neither it nor its tenant's others")
  func ended() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<5 { ids.append(try await lab.admit(lab.admission())) }
      let other = try await lab.admit(lab.admission(tenant: "b"))
      for (index, id) in (ids + [other]).enumerated() {
        try await age(id, by: 9000 - Int64(1000 * index), lab)
      }
      for (index, id) in ids.enumerated() {
        let waits = try await oldest(lab)
        #expect(waits >= .seconds(9000 - 1000 * index) && waits < .seconds(9100 - 1000 * index))
        _ = try await lab.queue.cancel(id, tenant: "default")
      }
      let waits = try await oldest(lab)
      #expect(waits >= .seconds(4000) && waits < .seconds(4100))
    }
  }

  @Test("a dead letter that is requeued waits since then")
  func requeued() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      try await age(id, by: 9000, lab)
      let failure = JobFailure(code: .allProvidersFailed, message: "")
      _ = try await lab.queue.fail(try await lab.claimOne().lease, with: failure)
      #expect(try await lab.requeue(id) == .queued)
      let since = try await oldest(lab)
      #expect(since < .seconds(1000))
    }
  }
}
