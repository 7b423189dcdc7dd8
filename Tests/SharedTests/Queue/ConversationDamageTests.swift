import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Conversations of which something was lost, and those that leave nothing")
struct ConversationDamageTests {
  private func begin(_ lab: QueueLab, items: String? = nil) async throws -> ConversationID {
    let id = ConversationID(unixMilliseconds: Timestamp.now)
    _ = try await lab.queue.createConversation(
      id, tenant: "default", key: nil, metadata: nil, items: items.map { ByteBuffer(string: $0) })
    return id
  }

  private func read(_ lab: QueueLab, _ id: ConversationID) async throws -> KeptConversation {
    try #require(try await lab.queue.conversation(id, tenant: "default", within: 1 << 20))
  }

  private func admission(
    _ lab: QueueLab, in id: ConversationID, isKept: Bool = true, demand: Demand? = nil
  ) async throws -> Admission {
    let place = try await read(lab, id).place
    return lab.admission(
      demand: demand,
      kept: KeptRequest(body: ByteBuffer(string: #"{"input":"one"}"#), conversation: place, isKept: isKept))
  }

  private func fail(_ lab: QueueLab) async throws {
    _ = try await lab.queue.fail(
      try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
  }

  private func bytes(_ lab: QueueLab) async throws -> Int {
    try await lab.queue.statistics().memory.bytes[.responses] ?? 0
  }

  @Test("one of which most was taken out is read to its end")
  func gaps() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab, items: "[1]")
      try await lab.redis("HSET", ":conv:\(id.rawValue)", "n", "3000", "3000", "i - [3000]")
      let conversation = try await read(lab, id)
      #expect(conversation.entries.map(\.number) == [1, 3000] && !conversation.isCut)
    }
  }

  @Test("one whose hash was lost leaves no name behind, whoever comes upon it", arguments: [true, false])
  func lost(isEvicted: Bool) async throws {
    try await QueueLab.with(settings: ["RESPONSES_MAX_BYTES": "1024"]) { lab in
      let id = try await begin(lab, items: "[{}]")
      try await lab.untilRedisTime(isAfter: .milliseconds(1))
      _ = try await begin(lab, items: "[{}]")
      try await lab.redis("DEL", ":conv:\(id.rawValue)")
      if isEvicted {
        try await lab.queue.tidyResponses(nil, steps: 1)
      } else {
        // As a build of before leaves it, which knows nothing of conversations.
        try await lab.redis("DEL", ":kept")
        _ = try await begin(lab)
      }
      #expect(try await lab.redis("ZSCORE", ":convs:default", id.rawValue).string == nil)
      #expect(try await lab.redis("ZCARD", ":convs:default").integer == (isEvicted ? 1 : 2))
    }
  }

  @Test("the names of its users are counted once in what it takes, also of responses that fail")
  func userBytes() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let before = try await bytes(lab)
      for name in ["anna", "anna", "bert"] {
        var demand = Demand()
        demand.user = name
        try await lab.admit(admission(lab, in: id, isKept: false, demand: demand))
        try await fail(lab)
      }
      #expect(try await bytes(lab) == before + 2 * (4 + 60))
      #expect(try await lab.queue.forgetConversation(id, tenant: "default"))
      #expect(try await bytes(lab) == 0)
    }
  }

  @Test("one that a failover has lost does not take the place of a response that was asked since")
  func takenInAnew() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let lost = try await admission(lab, in: id)
      let job = try await lab.admit(admission(lab, in: id))
      guard case .admitted = try await lab.queue.readmit([lost])[0] else {
        Issue.record("it is not taken in")
        return
      }
      for _ in 0..<2 {
        let claimed = try await lab.claimOne()
        _ = try await lab.queue.complete(claimed.lease, with: lab.result(), isCacheable: false)
      }
      #expect(try await read(lab, id).entries.map(\.job) == [job])
    }
  }

  @Test("one that is not kept and fails is no dead letter, and leaves nothing that was asked")
  func failsUnkept() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let job = try await lab.admit(admission(lab, in: id, isKept: false))
      try await fail(lab)
      #expect(try await lab.requeue(job) == .absent)
      #expect(try await lab.keys(beginning: ["ask:", "p:", "dead"]) == [])
      try await lab.admit(admission(lab, in: id))
    }
  }
}
