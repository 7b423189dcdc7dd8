import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("What replicas must acknowledge beside jobs and answers", .serialized)
struct AcknowledgedChangeTests {
  @Test("that a deadline has passed is told once it is acknowledged, and nobody hears of it before")
  func expiry() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let id = try await own.lab.admit(own.lab.admission(channel: "mine"))
        try await own.lab.letTimePass("deadlines", id)
        try await own.withoutReplica {
          #expect(try await own.queue.claim(1, worker: "w").jobs.isEmpty)
          #expect(try await own.lab.state(of: id) == .queued)
          try await eventually("it is found") { try await own.queue.tellUntold() }
          #expect(heard.ids.isEmpty)
        }
        try await own.tell { heard.ids == [id] }
        #expect(try await own.lab.state(of: id) == .expired)
        #expect(try await own.marks(of: [id]).isEmpty)
        #expect(try await own.lab.keys(beginning: QueueLab.passing).isEmpty)
      }
    }
  }

  @Test("so it is where the job's reader is the first to see it, and where its worker was lost three times")
  func others() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let late = try await own.lab.admit(own.lab.admission(channel: "mine", expiresIn: .milliseconds(1)))
        try await own.lab.untilRedisTime(isAfter: .milliseconds(2))
        try await own.withoutReplica {
          let state = try await own.lab.state(of: late)
          #expect(state == .queued)
          #expect(heard.ids.isEmpty)
        }
        try await own.tell { heard.ids == [late] }

        let deadly = try await own.lab.admit(own.lab.admission(channel: "mine"))
        for number in 0..<3 {
          _ = try await own.lab.claimOne(worker: "w\(number)")
          try await own.lab.loseWorker("w\(number)", holding: deadly)
        }
        try await own.withoutReplica {
          let claim = try await own.queue.claim(1, worker: "next")
          let state = try await own.lab.state(of: deadly)
          let letters = try await own.queue.deadLetters(before: nil, count: 10)
          #expect(claim.jobs.isEmpty && state == .running && letters.elements.isEmpty)
          #expect(heard.ids == [late])
        }
        try await own.tell { heard.ids == [late, deadly] }
        #expect(try await own.queue.deadLetters(before: nil, count: 10).elements.map(\.job.id) == [deadly])
      }
    }
  }

  @Test("nobody asks in a conversation without what was said last, whose end nobody may be told yet")
  func conversation() async throws {
    try await AcknowledgedLab.with { own in
      let id = ConversationID(unixMilliseconds: Timestamp.now)
      _ = try await own.queue.createConversation(
        id, tenant: "default", key: nil, metadata: nil, items: ByteBuffer(string: "[{}]"))
      func read() async throws -> KeptConversation {
        try #require(try await own.queue.conversation(id, tenant: "default", within: 1 << 20))
      }
      func admission(_ place: ConversationPlace) -> Admission {
        own.lab.admission(kept: KeptRequest(body: ByteBuffer(string: "{}"), conversation: place))
      }
      try await own.lab.admit(admission(try await read().place))
      let job = try await own.lab.claimOne()
      try await own.withoutReplica {
        _ = try await own.queue.complete(job.lease, with: own.lab.result(), isCacheable: false)
        let found = try await read()
        #expect(found.entries.count == 1)
        guard case .conversation(.locked) = try await own.bold.admit(admission(found.place)) else {
          Issue.record("it is asked without the last answer")
          return
        }
      }
      try await eventually("it is told") { try await read().entries.count == 2 }
      try await own.lab.admit(admission(try await read().place))
    }
  }

  @Test("a cancellation is told once it is acknowledged, to who asked for it, too; he may ask again")
  func cancellation() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let id = try await own.lab.admit(own.lab.admission(channel: "mine"))
        let job = try await own.lab.claimOne()
        try await own.withoutReplica {
          await #expect(throws: QueueError.unacknowledged) {
            _ = try await own.queue.cancel(id, tenant: "default")
          }
          let state = try await own.lab.state(of: id)
          #expect(state == .running)
          #expect(heard.ids.isEmpty)
        }
        try await eventually("it is acknowledged") {
          (try? await own.queue.cancel(id, tenant: "default")) == .cancelled
        }
        try await eventually("its caller is told") { heard.ids == [id] }
        #expect(try await own.queue.cancel(id, tenant: "default") == .hasEnded(.cancelled))
        #expect(try await own.queue.settle(job.lease, bought: nil))
        #expect(try await own.queue.usage(after: nil, count: 10).map(\.job) == [id])
        #expect(try await own.lab.keys(beginning: QueueLab.passing).isEmpty)
      }
    }
  }

  @Test("that a job has ended is no answer to its cancellation before that is acknowledged")
  func cancelledTooLate() async throws {
    try await AcknowledgedLab.with { own in
      let id = try await own.lab.admit(own.lab.admission())
      let job = try await own.lab.claimOne()
      _ = try await own.bold.complete(job.lease, with: own.lab.result(), isCacheable: false)
      try await own.withoutReplica {
        await #expect(throws: QueueError.unacknowledged) {
          _ = try await own.queue.cancel(id, tenant: "default")
        }
      }
      try await eventually("it is acknowledged") {
        (try? await own.queue.cancel(id, tenant: "default")) == .hasEnded(.succeeded)
      }
    }
  }

  @Test("a piece of an answer is told once it is acknowledged, under a number that no other event has had")
  func pieces() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let id = try await own.lab.admit(own.lab.admission(channel: "mine", streaming: .deltas))
        let job = try await own.lab.claimOne()
        try await own.append("one", 1, to: job)
        try await eventually("it is told; that it runs stands in the log") { heard.events == [1, 3] }
        try await own.withoutReplica {
          let settlement = try await own.queue.append(own.lab.delta("two"), number: 2, to: job.lease)
          #expect(settlement == .unacknowledged)
          let page = try await own.queue.events(of: id, tenant: "default", after: 3, announceTo: nil)
          #expect(page?.events.isEmpty == true && page?.job.state == .running)
          #expect(heard.events == [1, 3])
        }
        try await own.append("two", 2, to: job)
        try await eventually("it is told") { heard.events == [1, 3, 4] }
        let page = try await own.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
        #expect(page?.events.map(\.number) == [1, 2, 3, 4])
      }
    }
  }

  @Test("what an operator does about dead letters is told him once it is acknowledged")
  func deadLetters() async throws {
    try await AcknowledgedLab.with { own in
      let failure = JobFailure(code: .allProvidersFailed, message: "no")
      var ids: [JobID] = []
      for _ in 0..<2 {
        ids.append(try await own.lab.admit(own.lab.admission()))
        let job = try await own.lab.claimOne()
        #expect(try await own.queue.fail(job.lease, with: failure) == .recorded)
      }
      try await own.withoutReplica {
        await #expect(throws: QueueError.unacknowledged) { _ = try await own.lab.requeue(ids[0]) }
        // It is known now, so nothing more is written.
        let refusal = try await #require(throws: QueueError.self) { _ = try await own.lab.discard(ids[1]) }
        #expect(refusal.reason.contains("REDIS_ACK_REPLICAS"))
        #expect(try await own.lab.state(of: ids[0]) == .queued)
        await #expect(throws: QueueError.self) { _ = try await own.queue.usage(after: nil, count: 10) }
      }
      try await eventually("the other is discarded") { (try? await own.lab.discard(ids[1])) == true }
      #expect(try await own.queue.usage(after: nil, count: 10).count == 2)
    }
  }

  @Test("that a key is gone is told once it is acknowledged, and asked for again until then")
  func records() async throws {
    try await AcknowledgedLab.with { own in
      let store = AccessStore(own.queue)
      @Sendable func entry(_ previous: String) -> AuditEntry {
        AuditEntry(json: ByteBuffer(string: "{}"), digest: previous + "x")
      }
      _ = try await store.change(.tenant("a", .create, json: ByteBuffer(string: "{}")), entry: entry)
      _ = try await store.change(.key("key_1", of: "a", .create, newDigests: ["aa"]), entry: entry)
      try await own.withoutReplica {
        await #expect(throws: QueueError.unacknowledged) {
          _ = try await store.change(.key("key_1", of: "a", .delete), entry: entry)
        }
        await #expect(throws: QueueError.unacknowledged) { try await store.requireAcknowledged() }
        // It is known now, so nothing more is written.
        await #expect(throws: QueueError.self) {
          _ = try await store.change(.tenant("a", .delete), entry: entry)
        }
      }
      try await eventually("it is acknowledged") { (try? await store.requireAcknowledged()) != nil }
      #expect(try await store.change(.key("key_1", of: "a", .delete), entry: entry) == .absent)
      #expect(try await store.records(tenant: "a", key: "").tenant.json != nil)
    }
  }

  @Test("where no replica is to acknowledge, nothing is told later")
  func off() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.queue.cancel(id, tenant: "default") == .cancelled)
      #expect(try await lab.queue.tellUntold() == false)
      #expect(try await lab.keys(beginning: ["untold"]).isEmpty)
    }
  }
}

extension AcknowledgedLab {
  /// Looks for ends that are to be told until `condition` holds, as every process does.
  fileprivate func tell(until condition: () -> Bool) async throws {
    try await eventually("it is told") {
      try await queue.tellUntold()
      return condition()
    }
  }

  /// Appends a piece again and again until it is acknowledged, as workers do.
  fileprivate func append(_ text: String, _ number: Int, to job: ClaimedJob) async throws {
    try await eventually("the piece is acknowledged") {
      try await queue.append(lab.delta(text), number: number, to: job.lease) == .recorded
    }
  }
}
