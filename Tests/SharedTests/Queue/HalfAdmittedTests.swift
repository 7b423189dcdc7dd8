import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("An admission that Redis' rules for commands stop half-way")
struct HalfAdmittedTests {
  /// Each is needed at another place of the step.
  private static let commands = ["exists", "hset", "set", "xadd", "zadd", "zcard", "zincrby", "rpush"]

  private func forbidding(_ command: String, _ lab: QueueLab, _ body: () async throws -> Void) async throws {
    _ = try await lab.redis.send(RedisCommand("ACL", "SETUSER", "default", "-" + command))
    try await body()
    _ = try await lab.redis.send(RedisCommand("ACL", "SETUSER", "default", "+@all"))
  }

  private func admission(_ lab: QueueLab, key: String = "digest") -> Admission {
    lab.admission(
      cache: .refresh(key: key), channel: "sluice:{0}:c", metadata: "{}", callback: "https://example.com",
      key: Idempotency(digest: key, fingerprint: "body"), streaming: .deltas)
  }

  /// What a job that is there leaves, but for sums, which the janitor sets right.
  private func left(_ lab: QueueLab, _ ids: [JobID]) async throws -> [String] {
    let sets = try await lab.keys(beginning: ["lease", "scheduled", "deadlines", "jobs:"])
    let own = try await lab.keys().filter { key in ids.contains { key.hasSuffix($0.rawValue) } }
    return try await sets + own.sorted() + lab.keys(beginning: ["leader:", "idem:"])
  }

  @Test("leaves nothing behind, and the same is taken in once the right is back", arguments: commands)
  func queued(command: String) async throws {
    try await QueueLab.with { lab in
      let refused = [admission(lab), admission(lab, key: "another")]
      var isRefused = false
      try await forbidding(command, lab) {
        do { _ = try await lab.queue.admit(refused) } catch { isRefused = true }
      }
      // What is handed over needs other commands.
      guard isRefused else { return #expect(command == "zincrby") }
      #expect(try await left(lab, refused.map(\.id)) == [])
      let id = try await lab.admit(admission(lab))
      #expect(try await lab.claimOne().lease.id == id)
      #expect(try await lab.queue.claim(9, worker: "w").jobs.isEmpty)
    }
  }

  @Test("tells no worker of a job whose client is told that nothing was done", arguments: commands)
  func handedOver(command: String) async throws {
    try await QueueLab.with { lab in
      let channel = lab.queue.makeHandOverChannel()
      let heard = Mutex<[JobID]>([])
      @Sendable func hear(_ message: ByteBuffer) {
        guard case .job(let job)? = HandOver(message, to: "w") else { return }
        heard.withLock { $0.append(job.lease.id) }
      }
      try await RedisSubscriber.listening(to: channel, of: lab.server, onMessage: hear) {
        _ = try await lab.queue.claim(3, worker: "w", offer: lab.queue.offer(of: "w", on: channel))
        let refused = admission(lab)
        var isRefused = false
        try await forbidding(command, lab) {
          do { _ = try await lab.queue.admit(refused) } catch { isRefused = true }
        }
        // What is handed over stands in no list.
        guard isRefused else { return #expect(command == "rpush") }
        #expect(try await left(lab, [refused.id]) == [])
        let id = try await lab.admit(admission(lab))
        try await eventually("the next is handed over") { !heard.withLock(\.isEmpty) }
        #expect(heard.withLock { $0 } == [id])
      }
    }
  }

  @Test("leaves no worker waiting for what was taken back")
  func twoOffers() async throws {
    try await QueueLab.with { lab in
      let channels = [lab.queue.makeHandOverChannel(), lab.queue.makeHandOverChannel()]
      try await RedisSubscriber.listening(to: channels[0], of: lab.server) {
        try await RedisSubscriber.listening(to: channels[1], of: lab.server) {
          for (worker, channel) in zip(["v", "w"], channels) {
            _ = try await lab.queue.claim(1, worker: worker, offer: lab.queue.offer(of: worker, on: channel))
          }
          // The third finds no slot.
          try await forbidding("rpush", lab) {
            await #expect(throws: QueueError.self) {
              try await lab.queue.admit([lab.admission(), lab.admission(), lab.admission()])
            }
          }
          let handed = try await lab.redis("HVALS", ":handed").array?.map(\.string)
          #expect(handed == ["0", "0"])
        }
      }
    }
  }

  @Test("a job of which its worker may not be told queues, no attempt used up")
  func forbiddenPublish() async throws {
    try await QueueLab.with { lab in
      let channel = lab.queue.makeHandOverChannel()
      try await RedisSubscriber.listening(to: channel, of: lab.server) {
        _ = try await lab.queue.claim(2, worker: "w", offer: lab.queue.offer(of: "w", on: channel))
        let admissions = [lab.admission(), lab.admission()]
        try await forbidding("publish", lab) { _ = try await lab.queue.admit(admissions) }
        let jobs = try await lab.queue.claim(2, worker: "w").jobs
        #expect(jobs.map(\.lease.id) == admissions.map(\.id) && jobs.allSatisfy { $0.attempts == 1 })
        #expect(try await lab.queue.mend().repairs == [])
      }
    }
  }

  @Test("a tenant whose place in its lane is refused has no list without one")
  func place() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      try await forbidding("zadd", lab) {
        await #expect(throws: QueueError.self) { try await lab.queue.release([job.lease]) }
      }
      #expect(try await lab.keys(beginning: ["q:"]).isEmpty)
      let second = try await lab.admit(lab.admission())
      #expect(try await lab.queue.claim(9, worker: "w").jobs.map(\.lease.id) == [second])
      #expect(try await lab.state(of: first) == .queued)
    }
  }
}
