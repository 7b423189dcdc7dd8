import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Responses that are kept")
struct KeptResponseTests {
  private static let month = 2_592_000
  private static let keys = ["j:", "r:", "ask:", "p:", "events:", "kept"]

  private func kept(_ text: String, after previous: JobID? = nil, isBackground: Bool = false) -> KeptRequest {
    KeptRequest(
      body: ByteBuffer(string: "{\"input\":\"\(text)\"}"), previous: previous, isBackground: isBackground)
  }

  /// A response that has its answer.
  private func answered(
    _ lab: QueueLab, _ text: String = "one", after previous: JobID? = nil, streaming: StreamMode? = nil,
    channel: String? = nil
  ) async throws -> JobID {
    let id = try await lab.admit(
      lab.admission(channel: channel, streaming: streaming, kept: kept(text, after: previous)))
    let job = try await lab.claimOne()
    #expect(try await lab.queue.complete(job.lease, with: lab.result(text), isCacheable: false) == .recorded)
    return id
  }

  private func left(_ lab: QueueLab, _ key: String, _ id: JobID) async throws -> Int {
    Int(try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:\(key):\(id)")).integer ?? 0) / 1000
  }

  private func bytes(_ lab: QueueLab) async throws -> Int {
    try await lab.queue.statistics().memory.bytes[.responses] ?? 0
  }

  @Test(
    "one stays for RESPONSE_TTL with what was asked, whoever has its answer; its events go with those of jobs"
  )
  func stays() async throws {
    try await QueueLab.with { lab in
      let channel = "sluice:{0}:replies:test"
      try await RedisSubscriber.listening(to: channel, of: lab.server) {
        let id = try await answered(lab, streaming: .deltas, channel: channel)
        for key in ["j", "r", "ask"] {
          #expect(try await (Self.month - 60...Self.month).contains(left(lab, key, id)), "\(key)")
        }
        #expect(try await (86_340...86_400).contains(left(lab, "events", id)))
        _ = try await lab.queue.read(id, tenant: "default")
        #expect(try await left(lab, "j", id) > Self.month - 60)
        let response = try #require(try await lab.queue.response(id, tenant: "default"))
        #expect(String(buffer: response.asked) == #"{"input":"one"}"#)
        #expect(response.job.state == .succeeded)
        #expect(response.isStreamed && !response.isBackground)
        #expect(try await bytes(lab) > 900)
        #expect(try await lab.queue.response(id, tenant: "another") == nil)
        // Not made anew of the answer: its events would have other numbers.
        _ = try await lab.redis.send(RedisCommand("DEL", "sluice:{0}:events:\(id)"))
        let page = try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
        #expect(page?.job.areEventsGone == true)
      }
    }
  }

  @Test("a job that is not kept is no response")
  func ordinary() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.queue.response(id, tenant: "default") == nil)
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .absent)
      #expect(try await lab.state(of: id) == .queued)
    }
  }

  @Test("an answer of the cache is kept, too")
  func hit() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission(cache: .use(key: "k")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
      let admission = lab.admission(
        cache: .use(key: "k"), channel: "sluice:{0}:replies:test", streaming: .deltas,
        kept: kept("two", after: first))
      guard case .cached = try await lab.queue.admit(admission) else {
        Issue.record("it is no hit")
        return
      }
      let response = try #require(try await lab.queue.response(admission.id, tenant: "default"))
      #expect(response.job.isCached)
      #expect(response.previous == first)
      #expect(try await left(lab, "r", admission.id) > Self.month - 60)
      #expect(try await left(lab, "events", admission.id) > 86_000)
      #expect(try await bytes(lab) > 900)
    }
  }

  @Test(
    "one in the background that the cache answers is told to webhooks as any other, one that is awaited is not"
  )
  func hitIsTold() async throws {
    try await QueueLab.with { lab in
      try await lab.redis(
        "SET", ":tenant:default", #"{"webhooks":[{"url":"https://a","events":["response.completed"]}]}"#)
      _ = try await lab.admit(lab.admission(cache: .use(key: "k")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: true)
      for isBackground in [false, true] {
        let admission = lab.admission(cache: .use(key: "k"), kept: kept("two", isBackground: isBackground))
        guard case .cached = try await lab.queue.admit(admission) else {
          Issue.record("it is no hit")
          return
        }
        let told = try await lab.queue.claim(9, worker: "w").jobs
        let notices = told.compactMap { job -> JobID? in
          guard case .tellOfResponse(let notice)? = job.request.flatMap(NoticeTask.init) else { return nil }
          return notice.job
        }
        #expect(notices == (isBackground ? [admission.id] : []))
      }
    }
  }

  @Test(
    "what is kept of a request counts in the queue's bytes and its tenant's until its job ends, also once it is requeued"
  )
  func countsInQueue() async throws {
    try await QueueLab.with(settings: ["TENANT_MAX_QUEUE_BYTES": "2000"]) { lab in
      func open() async throws -> Int { try await lab.queue.statistics().openBytes }
      let asked = kept(String(repeating: "a", count: 988))
      let id = try await lab.admit(lab.admission(prompt: String(repeating: "b", count: 500), kept: asked))
      #expect(try await open() == 1500)
      let more = lab.admission(
        prompt: String(repeating: "b", count: 100), kept: kept(String(repeating: "a", count: 489)))
      guard case .full(.tenant) = try await lab.queue.admit(more) else {
        Issue.record("there is no room for both")
        return
      }
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      #expect(try await open() == 0)
      #expect(try await bytes(lab) < 950 + 1500 + 200, "it counts once in what a dead letter takes")
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await open() == 1500)
      _ = try await lab.queue.complete(
        try await lab.claimOne().lease, with: lab.result(), isCacheable: false)
      #expect(try await open() == 0)
    }
  }

  @Test("kept responses give way to new work last of all, the oldest first, and are counted")
  func giveWay() async throws {
    try await QueueLab.with { lab in
      let oldest = try await answered(lab, "one")
      try await lab.untilRedisTime(isAfter: .milliseconds(2))
      let newest = try await answered(lab, "two")
      let fetched = try await lab.admit(lab.admission())
      _ = try await lab.queue.complete(
        try await lab.claimOne().lease, with: lab.result(), isCacheable: false)
      _ = try await lab.queue.read(fetched, tenant: "default")
      func isThere(_ id: JobID) async throws -> Bool {
        try await lab.queue.response(id, tenant: "default") != nil
      }
      #expect(try await lab.queue.makeRoom(1, who: "me"))
      #expect(try await lab.queue.read(fetched, tenant: "default").job == nil, "it goes before them")
      #expect(try await isThere(oldest))
      #expect(try await lab.queue.makeRoom(1, who: "me"))
      #expect(try await !isThere(oldest))
      #expect(try await isThere(newest))
      #expect(try await lab.queue.statistics().counts["dropped:responses"] == 1)
      #expect(try await lab.queue.makeRoom(1 << 20, who: "me"))
      #expect(try await bytes(lab) == 0)
      #expect(try await lab.queue.makeRoom(1, who: "me") == false)
    }
  }

  @Test("a chain is read page after page to its beginning, within its bound, and says where one is missing")
  func chain() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for number in 0..<150 { ids.append(try await answered(lab, "\(number)", after: ids.last)) }
      let last = try #require(ids.last)
      let chain = try await lab.queue.chain(from: last, tenant: "default", within: 1 << 20)
      #expect(chain.responses.map(\.job.id) == ids.reversed())
      #expect(!chain.isBroken && !chain.isCut)
      #expect(try await lab.queue.chain(from: last, tenant: "default", within: 1000).isCut)
      let size = chain.responses.reduce(0) { $0 + $1.size }
      #expect(
        try await lab.queue.chain(from: last, tenant: "default", within: size - 1).isCut, "by its last page")
      #expect(try await lab.queue.chain(from: last, tenant: "default", within: size).isCut == false)
      #expect(try await lab.queue.forgetResponse(ids[100], tenant: "default") == .gone)
      let broken = try await lab.queue.chain(from: last, tenant: "default", within: 1 << 20)
      #expect(broken.isBroken)
      #expect(broken.responses.map(\.job.id) == ids[101...].reversed())
      let foreign = try await lab.queue.chain(from: last, tenant: "another", within: 1 << 20)
      #expect(foreign.isBroken && foreign.responses.isEmpty)
    }
  }

  @Test("one that is forgotten leaves nothing; one that has not ended is as it was")
  func forgotten() async throws {
    try await QueueLab.with { lab in
      let id = try await answered(lab, streaming: .deltas)
      #expect(try await lab.queue.forgetResponse(id, tenant: "another") == .absent)
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .gone)
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .absent)
      #expect(try await lab.keys(beginning: Self.keys) == [])
      #expect(try await bytes(lab) == 0)
      let open = try await lab.admit(lab.admission(kept: kept("two")))
      #expect(try await lab.queue.forgetResponse(open, tenant: "default") == .open)
      #expect(try await lab.queue.response(open, tenant: "default")?.job.state == .queued)
    }
  }

  @Test("of one that leaves nothing all goes a minute after its caller has it, or was not there")
  func leavesNothing() async throws {
    let channel = "sluice:{0}:replies:test"
    try await QueueLab.with { lab in
      try await RedisSubscriber.listening(to: channel, of: lab.server) {
        func ended(
          _ channel: String, _ streaming: StreamMode? = nil, key: Idempotency? = nil, missed: Bool = false
        ) async throws -> JobID {
          let admission = lab.admission(
            channel: channel, key: key, streaming: streaming, leavesNothing: true)
          let id = try await lab.admit(admission)
          let job = try await lab.claimOne()
          if missed { try await lab.queue.tell(received: [], missed: [id]) }
          _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
          return id
        }
        func stays(_ id: JobID, _ seconds: Range<Int>, _ keys: [String] = ["j", "r"]) async throws {
          for key in keys { #expect(try await seconds.contains(left(lab, key, id)), "\(key)") }
        }
        try await stays(ended(channel), 1..<61)
        try await stays(ended("nobody's", missed: true), 1..<61)
        // He may be cut off for a while.
        let late = try await ended("nobody's")
        try await stays(late, 800..<901)
        _ = try await lab.queue.read(late, tenant: "default")
        try await stays(late, 1..<61)
        let streamed = try await ended(channel, .deltas)
        _ = try await lab.queue.read(streamed, tenant: "default")
        try await stays(streamed, 1..<61, ["j", "r", "events"])
        // Its key needs the answer.
        try await stays(ended(channel, key: Idempotency(digest: "d", fingerprint: "f")), 86_400..<90_001)
      }
    }
  }

  @Test("one that leaves nothing and fails is no dead letter, whose request would stay")
  func failsWithoutTrace() async throws {
    try await QueueLab.with { lab in
      let admission = lab.admission(channel: "nobody's", leavesNothing: true)
      let id = try await lab.admit(admission)
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      #expect(try await lab.state(of: id) == .failed)
      #expect(try await lab.keys(beginning: ["p:", "dead"]) == [])
      #expect(try await left(lab, "r", id) < 61)
    }
  }

  @Test("one that was cancelled while it ran is forgotten, and settled all the same")
  func cancelled() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(kept: kept("one")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.cancel(id, tenant: "default")
      #expect(try await lab.queue.response(id, tenant: "default")?.job.state == .cancelled)
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .gone)
      #expect(try await lab.queue.response(id, tenant: "default") == nil)
      #expect(try await lab.queue.settle(job.lease, bought: nil))
      #expect(try await lab.keys(beginning: ["ask:", "kept"]) == [])
    }
  }

  @Test("one that is forgotten while it ran leaves no word of what it said, and stays until it is settled")
  func cancelledStream() async throws {
    try await QueueLab.with(settings: ["JOB_TTL": "60"]) { lab in
      let id = try await lab.admit(lab.admission(streaming: .deltas, kept: kept("one")))
      let job = try await lab.claimOne()
      #expect(try await lab.queue.append(lab.delta("said"), number: 1, to: job.lease) == .recorded)
      _ = try await lab.queue.cancel(id, tenant: "default")
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .gone)
      #expect(try await lab.keys(beginning: ["ask:", "events:", "kept", "logs"]) == [])
      let page = try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
      #expect(page?.job.areEventsGone == true, "a reader is told, and no log begins anew")
      #expect(try await left(lab, "j", id) > 590, "it is not settled yet")
      #expect(try await lab.queue.settle(job.lease, bought: nil))
      #expect(try await lab.queue.usage(after: nil, count: 10).count == 1)
    }
  }

  @Test("one that failed and whose end nobody was told yet is no dead letter once it is forgotten")
  func forgottenUntold() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(kept: kept("one")))
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      try await lab.redis("HSET", ":j:\(id)", "ua", "1")
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .gone)
      #expect(try await lab.requeue(id) == .absent)
      #expect(try await lab.keys(beginning: ["ask:", "p:", "dead"]) == [])
    }
  }

  @Test("they keep within RESPONSES_MAX_BYTES, the oldest go first, and nothing else goes for them")
  func bound() async throws {
    try await QueueLab.with(settings: ["RESPONSES_MAX_BYTES": "10000"]) { lab in
      var ids: [JobID] = []
      for number in 0..<20 {
        ids.append(try await answered(lab, "\(number)"))
        try await lab.untilRedisTime(isAfter: .milliseconds(1))
      }
      let open = try await lab.admit(lab.admission(kept: kept("open")))
      let ordinary = try await lab.admit(lab.admission())
      try await lab.queue.tidyResponses(nil, steps: 10)
      #expect(try await (8000...10_000).contains(bytes(lab)))
      #expect(try await lab.queue.response(ids[0], tenant: "default") == nil)
      #expect(try await lab.state(of: ids[0]) == nil)
      for id in [ids[19], open] { #expect(try await lab.queue.response(id, tenant: "default") != nil) }
      #expect(try await lab.state(of: ordinary) == .queued)
      #expect(try await lab.queue.statistics().counts["dropped:responses"] ?? 0 > 5)
      #expect(try await lab.queue.makeRoom(1 << 30, who: "me"), "but for new work")
      #expect(try await lab.queue.response(open, tenant: "default") != nil, "what has not ended stays")
      #expect(try await lab.state(of: ordinary) == .queued)
    }
  }

  @Test("their index and its sum heal when they are lost, or are of another type", arguments: ["DEL", "SET"])
  func healing(harm: String) async throws {
    try await QueueLab.with(settings: ["RESPONSES_MAX_BYTES": "10000"]) { lab in
      let id = try await answered(lab)
      try await lab.redis("DEL", ":kept")
      if harm == "SET" { try await lab.redis("SET", ":kept", "x") }
      try await lab.queue.tidyResponses(nil, steps: 10)
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await bytes(lab) == 0)
      #expect(try await lab.queue.response(id, tenant: "default") != nil)
      _ = try await answered(lab, "two")
      #expect(try await bytes(lab) > 900)
      #expect(try await lab.queue.forgetResponse(id, tenant: "default") == .gone)
    }
  }

  @Test("one that failed and is requeued is answered in its place")
  func requeued() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(kept: kept("one")))
      let job = try await lab.claimOne()
      _ = try await lab.queue.fail(
        job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      #expect(try await lab.queue.response(id, tenant: "default")?.job.state == .failed)
      #expect(try await lab.requeue(id) == .queued)
      #expect(try await bytes(lab) == 0)
      let again = try await lab.claimOne()
      _ = try await lab.queue.complete(again.lease, with: lab.result(), isCacheable: false)
      #expect(try await lab.queue.response(id, tenant: "default")?.job.state == .succeeded)
      #expect(try await left(lab, "ask", id) > Self.month - 60)
    }
  }
}
