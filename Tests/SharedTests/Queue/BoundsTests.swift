import Testing

@testable import Shared

@Suite("Bounds of the queue")
struct BoundsTests {
  private func bound(_ lab: QueueLab, _ admission: Admission) async throws -> AdmissionOutcome.Bound? {
    if case .full(let bound) = try await lab.queue.admit(admission) { bound } else { nil }
  }

  @Test("a tenant may have so many jobs and bytes open; others are not held back")
  func tenantShare() async throws {
    let settings = ["TENANT_MAX_QUEUE": "3", "TENANT_MAX_QUEUE_BYTES": "2000"]
    try await QueueLab.with(settings: settings) { lab in
      for _ in 0..<3 { #expect(try await bound(lab, lab.admission(tenant: "a")) == nil) }
      #expect(try await bound(lab, lab.admission(tenant: "a")) == .tenant)
      let long = String(repeating: "x", count: 1500)
      #expect(try await bound(lab, lab.admission(tenant: "b", prompt: long)) == nil)
      #expect(try await bound(lab, lab.admission(tenant: "b", prompt: long)) == .tenant)
      #expect(try await bound(lab, lab.admission(tenant: "b")) == nil)
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      #expect(try await bound(lab, lab.admission(tenant: "a")) == nil, "an end makes room")
    }
  }

  @Test("the queue may have so many jobs waiting; what runs does not count")
  func wholeQueue() async throws {
    try await QueueLab.with(settings: ["MAX_QUEUE": "2"]) { lab in
      for _ in 0..<2 { #expect(try await bound(lab, lab.admission()) == nil) }
      #expect(try await bound(lab, lab.admission(tenant: "other")) == .queue)
      _ = try await lab.claimOne()
      #expect(try await bound(lab, lab.admission()) == nil)
    }
  }
}
