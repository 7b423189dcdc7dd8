import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Conversations that are kept")
struct KeptConversationTests {
  private func begin(
    _ lab: QueueLab, tenant: String = "default", items: String? = nil
  ) async throws -> ConversationID {
    let id = ConversationID(unixMilliseconds: Timestamp.now)
    _ = try await lab.queue.createConversation(
      id, tenant: tenant, key: nil, metadata: nil, items: items.map { ByteBuffer(string: $0) })
    return id
  }

  private func read(
    _ lab: QueueLab, _ id: ConversationID, within bytes: Int = 1 << 20
  ) async throws -> KeptConversation {
    try #require(try await lab.queue.conversation(id, tenant: "default", within: bytes))
  }

  /// A response that is to be asked in a conversation as it is now.
  private func admission(
    _ lab: QueueLab, in id: ConversationID, _ text: String = "one", isKept: Bool = true,
    cache: CacheUse = .off, tenant: String = "default", demand: Demand? = nil
  ) async throws -> Admission {
    let place = try await lab.queue.conversation(id, tenant: "default")?.place
    return lab.admission(
      tenant: tenant, cache: cache, channel: "sluice:{0}:replies:test", demand: demand,
      kept: KeptRequest(
        body: ByteBuffer(string: #"{"input":"\#(text)"}"#),
        conversation: place ?? ConversationPlace(id: id, version: 0), isKept: isKept))
  }

  private func complete(_ lab: QueueLab, _ text: String = "answer") async throws -> ClaimedJob {
    let job = try await lab.claimOne()
    #expect(try await lab.queue.complete(job.lease, with: lab.result(text), isCacheable: true) == .recorded)
    return job
  }

  private func say(
    _ lab: QueueLab, _ items: String, in id: ConversationID, most: Int = 1 << 20
  ) async throws -> ConversationRefusal? {
    try await lab.queue.say(ByteBuffer(string: items), in: id, tenant: "default", most: most)
  }

  private func bytes(_ lab: QueueLab) async throws -> Int {
    try await lab.queue.statistics().memory.bytes[.responses] ?? 0
  }

  /// What an entry says: its items, or what was asked.
  private func texts(_ conversation: KeptConversation) -> [String] {
    conversation.entries.map { entry in
      switch entry.content {
      case .items(let items): String(buffer: items)
      case .response(let asked, _, _): String(buffer: asked)
      }
    }
  }

  private func expectRefusal(
    _ refusal: ConversationRefusal, _ lab: QueueLab, _ admission: Admission
  ) async throws {
    guard case .conversation(let found) = try await lab.queue.admit(admission) else {
      Issue.record("it is not refused")
      return
    }
    #expect(found == refusal)
    #expect(try await lab.state(of: admission.id) == nil)
  }

  @Test("a response is added by the step that ends its job, once, however often that comes again")
  func added() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab, items: #"[{"a":1}]"#)
      let job = try await lab.admit(admission(lab, in: id))
      #expect(try await read(lab, id).entries.count == 1)
      let claimed = try await complete(lab)
      #expect(try await lab.queue.complete(claimed.lease, with: lab.result(), isCacheable: true) != .recorded)
      let conversation = try await read(lab, id)
      #expect(texts(conversation) == [#"[{"a":1}]"#, #"{"input":"one"}"#])
      #expect(conversation.entries.map(\.job) == [nil, job])
      guard case .response(_, let answer, let created) = conversation.entries[1].content else {
        Issue.record("it is no response")
        return
      }
      #expect(StoredResult(answer)?.answer.text == "answer")
      #expect(try await lab.queue.response(job, tenant: "default")?.job.created == created)
      #expect(try await lab.queue.response(job, tenant: "default")?.conversation == id)
    }
  }

  @Test("one that is not kept is added all the same, and leaves nothing else that was asked")
  func notKept() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let job = try await lab.admit(admission(lab, in: id, isKept: false))
      #expect(try await lab.queue.response(job, tenant: "default") == nil)
      #expect(try await lab.queue.forgetResponse(job, tenant: "default") == .absent)
      _ = try await complete(lab)
      #expect(try await read(lab, id).entries.map(\.job) == [job])
      #expect(try await lab.queue.response(job, tenant: "default") == nil)
      #expect(try await lab.keys(beginning: ["ask:"]) == [])
      #expect(try await lab.redis("ZCARD", ":kept").integer == 1)
    }
  }

  @Test("an answer of the cache is added, too, and so is that of another's call", arguments: [true, false])
  func shared(isKept: Bool) async throws {
    try await QueueLab.with { lab in
      let (first, second, third) = try await (begin(lab), begin(lab), begin(lab))
      let leader = try await lab.admit(admission(lab, in: first, cache: .use(key: "k")))
      let follower = try await lab.admit(admission(lab, in: second, isKept: isKept, cache: .use(key: "k")))
      _ = try await complete(lab)
      let hit = try await admission(lab, in: third, isKept: isKept, cache: .use(key: "k"))
      guard case .cached = try await lab.queue.admit(hit) else {
        Issue.record("it is no hit")
        return
      }
      for (id, job) in [(first, leader), (second, follower), (third, hit.id)] {
        #expect(try await read(lab, id).entries.map(\.job) == [job])
      }
      #expect(try await (lab.queue.response(hit.id, tenant: "default") != nil) == isKept)
      let left = try await lab.redis("PTTL", ":j:\(hit.id)").integer ?? 0
      #expect(isKept ? left > 900_000 : (1...60_000).contains(left), "what is not kept is gone soon")
    }
  }

  @Test("two at once, and one that was asked in what has changed since, are refused, and nothing is written")
  func locked() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let early = try await admission(lab, in: id, "early")
      let both = try await lab.queue.admit([admission(lab, in: id, "one"), admission(lab, in: id, "two")])
      guard case .admitted = both[0], case .conversation(.locked) = both[1] else {
        Issue.record("\(both)")
        return
      }
      try await expectRefusal(.locked, lab, admission(lab, in: id, "three"))
      #expect(try await say(lab, "[{}]", in: id) == .locked)
      _ = try await complete(lab)
      try await expectRefusal(.locked, lab, early)
      #expect(try await say(lab, "[{}]", in: id) == nil)
      try await lab.admit(admission(lab, in: id, "four"))
      _ = try await complete(lab)
      #expect(texts(try await read(lab, id)) == [#"{"input":"one"}"#, "[{}]", #"{"input":"four"}"#])
    }
  }

  @Test("one that fails or is cancelled adds nothing and lets the next one in", arguments: [true, false])
  func failed(isCancelled: Bool) async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let job = try await lab.admit(admission(lab, in: id))
      let claimed = try await lab.claimOne()
      if isCancelled {
        _ = try await lab.queue.cancel(job, tenant: "default")
      } else {
        _ = try await lab.queue.fail(
          claimed.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      }
      #expect(try await read(lab, id).entries.isEmpty)
      try await lab.admit(admission(lab, in: id, "two"))
      _ = try await complete(lab)
      #expect(texts(try await read(lab, id)) == [#"{"input":"two"}"#])
      // The late answer of a worker changes nothing.
      _ = try await lab.queue.complete(claimed.lease, with: lab.result(), isCacheable: false)
      #expect(try await read(lab, id).entries.count == 1)
    }
  }

  @Test("one that is requeued is added if nothing was asked since", arguments: [true, false])
  func requeued(isLast: Bool) async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let job = try await lab.admit(admission(lab, in: id))
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      if !isLast {
        try await lab.admit(admission(lab, in: id, "two"))
        _ = try await complete(lab)
      }
      #expect(try await lab.requeue(job) == .queued)
      if isLast { try await expectRefusal(.locked, lab, admission(lab, in: id, "three")) }
      _ = try await complete(lab)
      #expect(
        texts(try await read(lab, id)) == (isLast ? [#"{"input":"one"}"#] : [#"{"input":"two"}"#]))
    }
  }

  @Test("a worker that dies leaves the job to another, whose answer is added once")
  func lostWorker() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      let job = try await lab.admit(admission(lab, in: id))
      let first = try await lab.claimOne(worker: "a")
      try await lab.loseWorker("a", holding: job)
      let second = try await lab.claimOne(worker: "b")
      #expect(
        try await lab.queue.complete(second.lease, with: lab.result("b"), isCacheable: false) == .recorded)
      #expect(
        try await lab.queue.complete(first.lease, with: lab.result("a"), isCacheable: false) != .recorded)
      #expect(try await read(lab, id).entries.map(\.job) == [job])
    }
  }

  @Test("one that is deleted, or another tenant's, takes nothing, and is not made anew by a response in it")
  func absent() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      try await expectRefusal(.absent, lab, admission(lab, in: id, tenant: "another"))
      #expect(try await lab.queue.conversation(id, tenant: "another", within: 1000) == nil)
      #expect(try await !lab.queue.forgetConversation(id, tenant: "another"))
      #expect(try await !lab.queue.describeConversation(id, tenant: "another", metadata: nil))
      #expect(
        try await lab.queue.say(ByteBuffer(string: "[]"), in: id, tenant: "another", most: 1000) == .absent)
      let job = try await lab.admit(admission(lab, in: id))
      #expect(try await lab.queue.forgetConversation(id, tenant: "default"))
      #expect(try await !lab.queue.forgetConversation(id, tenant: "default"))
      _ = try await complete(lab)
      #expect(try await lab.state(of: job) == .succeeded)
      #expect(try await lab.keys(beginning: ["conv"]) == [])
      try await expectRefusal(.absent, lab, admission(lab, in: id))
      #expect(try await say(lab, "[{}]", in: id) == .absent)
      #expect(try await lab.queue.forgetResponse(job, tenant: "default") == .gone)
      #expect(try await bytes(lab) == 0)
    }
  }

  @Test("entries are read page after page, in their order, as far as there is room")
  func pages() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      for number in 0..<150 { _ = try await say(lab, "[{\"n\":\(number)}]", in: id) }
      let conversation = try await read(lab, id)
      #expect(texts(conversation) == (0..<150).map { "[{\"n\":\($0)}]" })
      #expect(!conversation.isCut && conversation.version == 150)
      #expect(try await read(lab, id, within: 100).isCut)
      #expect(try await read(lab, id, within: 0).entries.isEmpty)
    }
  }

  @Test("an entry is replaced or taken away as it was read; what has changed since is as it was")
  func edited() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab, items: #"[{"a":1},{"b":2}]"#)
      let job = try await lab.admit(admission(lab, in: id))
      _ = try await complete(lab)
      let found = try await read(lab, id)
      // The same in another form, from two readers.
      for _ in 0..<2 {
        try await lab.queue.settle(
          id, tenant: "default", [ConversationEdit(2, items: ByteBuffer(string: "[{}]"), of: job)])
      }
      try await lab.queue.settle(id, tenant: "default", [ConversationEdit(1, items: nil, of: nil)])
      let settled = try await read(lab, id)
      #expect(texts(settled) == [#"[{"a":1},{"b":2}]"#, "[{}]"])
      #expect(settled.entries[1].job == job && settled.version == found.version)
      let edit = ConversationEdit(1, items: ByteBuffer(string: #"[{"b":2}]"#), of: nil)
      #expect(try await lab.queue.edit(found.place, tenant: "default", [edit]) == nil)
      #expect(try await lab.queue.edit(found.place, tenant: "default", [edit]) == .locked)
      let place = try await read(lab, id).place
      #expect(
        try await lab.queue.edit(place, tenant: "default", [ConversationEdit(2, items: nil, of: job)]) == nil)
      #expect(texts(try await read(lab, id)) == [#"[{"b":2}]"#])
      #expect(try await lab.queue.forgetConversation(id, tenant: "default"))
      #expect(try await lab.queue.forgetResponse(job, tenant: "default") == .gone)
      #expect(try await bytes(lab) == 0, "what they take is counted to the byte")
    }
  }

  @Test("it takes no more bytes than it may")
  func bound() async throws {
    try await QueueLab.with { lab in
      let id = try await begin(lab)
      #expect(try await say(lab, "[{}]", in: id, most: 100) == .full)
      try await lab.redis("HSET", ":conv:\(id.rawValue)", "n", "10000")
      #expect(try await say(lab, "[{}]", in: id) == .full)
      try await expectRefusal(.full, lab, admission(lab, in: id))
    }
  }

  @Test("conversations share the bound of responses: of all, those go first that were not used for longest")
  func evicted() async throws {
    try await QueueLab.with(settings: ["RESPONSES_MAX_BYTES": "10000"]) { lab in
      var ids: [ConversationID] = []
      for _ in 0..<20 {
        ids.append(try await begin(lab, items: "[{}]"))
        try await lab.untilRedisTime(isAfter: .milliseconds(1))
      }
      #expect(try await say(lab, "[{}]", in: ids[0]) == nil)
      try await lab.queue.tidyResponses(nil, steps: 10)
      #expect(try await (8000...10_000).contains(bytes(lab)))
      for (index, isThere) in [(0, true), (1, false), (2, false), (19, true)] {
        let found = try await lab.queue.conversation(ids[index], tenant: "default")
        #expect((found != nil) == isThere, "\(index)")
      }
      let left = try await lab.keys(beginning: ["conv:"]).count
      #expect(try await lab.redis("ZCARD", ":kept").integer == Int64(left))
      #expect(try await lab.redis("ZCARD", ":convs:default").integer == Int64(left))
    }
  }

  @Test("it stays for RESPONSE_TTL from its last use, and leaves nothing behind")
  func expired() async throws {
    try await QueueLab.with(settings: ["RESPONSE_TTL": "60"]) { lab in
      let id = try await begin(lab, items: "[{}]")
      let key = ":conv:\(id.rawValue)"
      try await lab.redis("PEXPIRE", key, "20000")
      #expect(try await say(lab, "[{}]", in: id) == nil)
      #expect(try await lab.redis("PTTL", key).integer ?? 0 > 50_000)
      let member = try #require(try await lab.redis("ZRANGE", ":kept", "0", "0").array?.first?.string)
      // As if its time were over.
      try await lab.redis("ZADD", ":kept", "XX", "1", member)
      try await lab.redis("DEL", key)
      _ = try await lab.queue.tidy(nil, who: "me")
      #expect(try await lab.keys(beginning: ["conv", "kept"]) == [])
      #expect(try await bytes(lab) == 0)
    }
  }

  @Test("what a user has said goes with the user, and nothing of others")
  func user() async throws {
    try await QueueLab.with { lab in
      let (hers, his) = try await (begin(lab), begin(lab))
      for (id, name) in [(hers, "anna"), (his, "bert")] {
        var demand = Demand()
        demand.user = name
        let asked = try await admission(lab, in: id, demand: demand)
        try await lab.admit(asked)
        _ = try await complete(lab)
      }
      _ = try await lab.queue.forget(TenantUser("anna", of: "default"), now: Timestamp.now)
      #expect(try await lab.queue.conversation(hers, tenant: "default") == nil)
      #expect(try await read(lab, his).entries.count == 1)
    }
  }

  @Test("a tenant's retention of results takes what was not used for so long")
  func retention() async throws {
    try await QueueLab.with { lab in
      let (old, new) = try await (begin(lab, tenant: "a"), begin(lab, tenant: "a"))
      let other = try await begin(lab, tenant: "b")
      try await lab.redis("ZADD", ":tenants", "0", "a")
      try await lab.redis("HSET", ":keeps", "a", "3600 0 0")
      let then = "\(Timestamp.now - 3_601_000)"
      for (id, tenant) in [(old, "a"), (other, "b")] {
        try await lab.redis("ZADD", ":convs:\(tenant)", then, id.rawValue)
      }
      try await lab.queue.retain(now: Timestamp.now, steps: 100)
      #expect(try await lab.queue.conversation(old, tenant: "a") == nil)
      #expect(try await lab.queue.conversation(new, tenant: "a") != nil)
      #expect(try await lab.queue.conversation(other, tenant: "b") != nil)
    }
  }

  @Test("ids are what jobs' are, under names of their own")
  func ids() throws {
    let id = ConversationID(unixMilliseconds: 1_769_850_902_481)
    #expect(id.text.hasPrefix("conv_") && id.rawValue.hasPrefix("cnv_") && id.rawValue.utf8.count == 40)
    #expect(ConversationID(id.text) == id && ConversationID(rawValue: id.rawValue) == id)
    for text in ["", "conv_", "conv_1", id.rawValue, "job_" + id.text.dropFirst(5), id.text + "A"] {
      #expect(ConversationID(text) == nil, "\(text)")
    }
  }
}
