import Testing

@testable import Shared

@Suite("Rights that are taken away while steps are taken")
struct StepRightsTests {
  private func set(_ rule: String, _ lab: QueueLab) async throws {
    _ = try await lab.redis.send(RedisCommand("ACL", "SETUSER", "default", rule))
  }

  private func missing(_ rights: [String], _ lab: QueueLab) -> QueueError {
    .redis(.refused(server: lab.server.url, .missingRights(rights, user: "default")))
  }

  @Test("once a step was refused, the others are refused whole, and name what is missing, until it is back")
  func refused() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await set("-zadd", lab)
      let first = await #expect(throws: QueueError.self) { try await lab.queue.admit(lab.admission()) }
      #expect(first?.refusal == .noPermission && first?.isRefusal == true)
      let before = try await lab.keys()
      await #expect(throws: missing(["+zadd"], lab)) { try await lab.queue.checkReady() }
      await #expect(throws: missing(["+zadd"], lab)) { try await lab.queue.admit(lab.admission()) }
      await #expect(throws: missing(["+zadd"], lab)) {
        try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      }
      #expect(try await lab.keys() == before)
      #expect(try await lab.state(of: id) == .running, "what can be read is read")
      #expect(lab.redis.errors.counts[.noPermission, default: 0] >= 4)
      try await set("+zadd", lab)
      try await lab.queue.checkReady()
      #expect(
        try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
    }
  }

  @Test("who may not call steps at all is told that")
  func forbiddenCalls() async throws {
    try await QueueLab.with { lab in
      try await lab.queue.checkReady()
      try await set("-fcall", lab)
      await #expect(throws: QueueError.self) { try await lab.queue.checkReady() }
      await #expect(throws: missing(["+fcall"], lab)) { try await lab.queue.checkReady() }
      try await set("+fcall", lab)
      try await lab.queue.checkReady()
    }
  }

  @Test("a right that steps do without is reported, and stops none")
  func dispensable() async throws {
    try await QueueLab.with { lab in
      try await set("-publish", lab)
      await lab.queue.rights.look()
      #expect(lab.redis.errors.counts == [.noPermission: 1])
      try await set("-zadd", lab)
      await #expect(throws: QueueError.self) { try await lab.queue.admit(lab.admission()) }
      try await set("+zadd", lab)
      try await lab.admit(lab.admission())
      try await set("+publish", lab)
      let counts = lab.redis.errors.counts
      await lab.queue.rights.look()
      #expect(lab.redis.errors.counts == counts, "nothing is missing")
    }
  }
}
