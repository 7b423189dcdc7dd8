import TestSupport
import Testing

@testable import Shared

@Suite("Whether callers have their answers, and how long these stay")
struct FetchedTests {
  private static let channel = "sluice:{0}:replies:test"

  /// Runs `body` while somebody listens to the channel of callers.
  private func listening(_ lab: QueueLab, _ body: () async throws -> Void) async throws {
    try await RedisSubscriber.listening(to: Self.channel, of: lab.server, body)
  }

  private func answer(_ lab: QueueLab, _ admission: Admission, text: String = "answer") async throws -> JobID
  {
    let id = try await lab.admit(admission)
    let job = try await lab.claimOne()
    #expect(
      try await lab.queue.complete(job.lease, with: lab.result(text), isCacheable: true) == .recorded)
    return id
  }

  /// How long a job can still be read, in seconds.
  private func left(_ lab: QueueLab, _ id: JobID) async throws -> Int {
    Int(try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:j:\(id)")).integer ?? 0) / 1000
  }

  private func bytes(_ lab: QueueLab, _ part: MemoryUse.Part) async throws -> Int {
    try await lab.queue.statistics().memory.bytes[part] ?? 0
  }

  @Test("an answer that was told to a caller who waits stays for QUERY_TTL")
  func told() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let id = try await answer(lab, lab.admission(channel: Self.channel))
        #expect(try await (800...900).contains(left(lab, id)))
        #expect(try await bytes(lab, .fetched) > 900)
        #expect(try await bytes(lab, .unfetched) == 0)
      }
    }
  }

  @Test("the older answer gives way first, also when it stays longer than the newer one")
  func order() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let older = try await answer(lab, lab.admission())
        _ = try await lab.state(of: older)
        try await lab.untilRedisTime(isAfter: .milliseconds(2))
        let newer = try await answer(lab, lab.admission(channel: Self.channel))
        #expect(try await left(lab, older) > left(lab, newer))
        #expect(try await lab.queue.makeRoom(1, who: "me"))
        #expect(try await lab.queue.ended(among: [older, newer]).absent == [older])
        #expect(try await lab.queue.makeRoom(1, who: "me"))
        #expect(try await lab.queue.ended(among: [older, newer]).absent == [older, newer])
        #expect(try await bytes(lab, .fetched) == 0)
      }
    }
  }

  @Test("one that nobody heard stays for JOB_TTL, until it is read")
  func unheard() async throws {
    try await QueueLab.with { lab in
      let id = try await answer(lab, lab.admission(channel: Self.channel))
      #expect(try await left(lab, id) > 86_000)
      #expect(try await bytes(lab, .unfetched) > 900)
      #expect(try await lab.state(of: id) == .succeeded)
      #expect(try await (800...900).contains(left(lab, id)))
      #expect(try await bytes(lab, .unfetched) == 0)
      #expect(try await bytes(lab, .fetched) > 900)
    }
  }

  @Test("a job that is to be fetched stays for JOB_TTL, also once it was")
  func fetched() async throws {
    try await QueueLab.with { lab in
      let id = try await answer(lab, lab.admission())
      #expect(try await bytes(lab, .unfetched) > 900)
      #expect(try await lab.state(of: id) == .succeeded)
      #expect(try await left(lab, id) > 86_000)
      #expect(try await bytes(lab, .unfetched) == 0)
    }
  }

  @Test("an answer that is too large to be told is unfetched until its caller says that he has it")
  func large() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let text = String(repeating: "x", count: 100_000)
        let id = try await answer(lab, lab.admission(channel: Self.channel), text: text)
        #expect(try await bytes(lab, .unfetched) > 100_000)
        try await lab.queue.tell(received: [id], missed: [])
        #expect(try await bytes(lab, .fetched) > 100_000)
        #expect(try await (800...900).contains(left(lab, id)))
      }
    }
  }

  @Test("who leaves before the end has no answer then, and neither has who left while it came")
  func missed() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let left = try await lab.admit(lab.admission(channel: Self.channel))
        try await lab.queue.tell(received: [], missed: [left])
        let job = try await lab.claimOne()
        _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
        let late = try await answer(lab, lab.admission(channel: Self.channel))
        try await lab.queue.tell(received: [], missed: [late])
        for id in [left, late] { #expect(try await self.left(lab, id) > 86_000) }
        #expect(try await bytes(lab, .fetched) == 0)
        #expect(try await lab.queue.makeRoom(1 << 30, who: "me") == false, "nothing may give way")
        for id in [left, late] {
          #expect(try await lab.queue.read(id, tenant: "default").job?.body != nil)
        }
      }
    }
  }

  @Test("who streams has the answer once it was read at the stream's end")
  func streamed() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let id = try await lab.admit(lab.admission(channel: Self.channel, streaming: .deltas))
        let job = try await lab.claimOne()
        _ = try await lab.queue.append(lab.delta("a"), number: 1, to: job.lease)
        _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
        #expect(try await bytes(lab, .fetched) == 0)
        #expect(try await bytes(lab, .eventLogs) > 4096)
        #expect(try await lab.state(of: id) == .succeeded)
        #expect(try await bytes(lab, .fetched) > 0)
        let log = try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:events:\(id)")).integer
        #expect(log.map { $0 <= 900_000 } == true, "its log goes with it")
      }
    }
  }

  @Test("with an idempotency key an answer stays as long as the key is good")
  func keyed() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let key = Idempotency(digest: "d", fingerprint: "f")
        let id = try await answer(lab, lab.admission(channel: Self.channel, key: key))
        #expect(try await left(lab, id) > 86_400)
        #expect(try await bytes(lab, .fetched) > 0)
      }
    }
  }

  @Test("an answer that is to be delivered is nobody's before that, whoever reads it")
  func delivered() async throws {
    try await QueueLab.with { lab in
      let id = try await answer(lab, lab.admission(callback: "https://example.com/hook"))
      #expect(try await lab.state(of: id) == .succeeded)
      #expect(try await bytes(lab, .fetched) == 0)
      #expect(try await lab.queue.completeDelivery(try await lab.claimOne().lease) == .recorded)
      #expect(try await bytes(lab, .fetched) > 0)
      #expect(try await left(lab, id) > 86_000)
    }
  }

  @Test(
    "a dead letter whose caller was told stays for an operator, and is no finished work once it is requeued")
  func deadLetter() async throws {
    try await QueueLab.with { lab in
      try await listening(lab) {
        let id = try await lab.admit(lab.admission(channel: Self.channel))
        let job = try await lab.claimOne()
        _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
        #expect(try await left(lab, id) > 86_000)
        #expect(try await bytes(lab, .fetched) > 0)
        #expect(try await lab.requeue(id) == .queued)
        #expect(try await bytes(lab, .fetched) == 0)
        #expect(try await lab.keys(beginning: ["fetched", "unfetched"]).isEmpty)
      }
    }
  }
}
