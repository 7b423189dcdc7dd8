import Logging
import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Memory is a budget")
struct RoomTests {
  /// A job whose answer has been fetched.
  @discardableResult
  private func fetched(
    _ lab: QueueLab, text: String = "answer", cache: CacheUse = .off, key: Idempotency? = nil,
    streaming: StreamMode? = nil
  ) async throws -> JobID {
    let id = try await unfetched(lab, text: text, cache: cache, key: key, streaming: streaming)
    _ = try await lab.queue.read(id, tenant: "default")
    return id
  }

  private func unfetched(
    _ lab: QueueLab, text: String = "answer", cache: CacheUse = .off, key: Idempotency? = nil,
    streaming: StreamMode? = nil
  ) async throws -> JobID {
    let id = try await lab.admit(lab.admission(cache: cache, key: key, streaming: streaming))
    let job = try await lab.claimOne()
    if streaming != nil { _ = try await lab.queue.append(lab.delta(text), number: 1, to: job.lease) }
    _ = try await lab.queue.complete(job.lease, with: lab.result(text), isCacheable: true)
    return id
  }

  private func isThere(_ lab: QueueLab, _ id: JobID) async throws -> Bool {
    try await lab.queue.read(id, tenant: "default").job?.body != nil
  }

  /// Lets the minute pass in which an answer under an idempotency key stays in any case.
  private func letGracePass(_ lab: QueueLab, _ id: JobID) async throws {
    _ = try await lab.redis.send(RedisCommand("HSET", "sluice:{0}:j:\(id)", "ft", "1"))
  }

  @Test("what gives way is the cache, then event logs, then answers whose callers have them, oldest first")
  func order() async throws {
    try await QueueLab.with { lab in
      var ids = [try await fetched(lab, cache: .refresh(key: "k"))]
      try await lab.untilRedisTime(isAfter: .milliseconds(2))
      ids.append(try await fetched(lab, streaming: .deltas))
      try await lab.untilRedisTime(isAfter: .milliseconds(2))
      ids.append(try await fetched(lab))
      let kept = try await unfetched(lab)
      func step() async throws { #expect(try await lab.queue.makeRoom(1, who: "me")) }
      try await step()
      #expect(try await lab.keys(beginning: ["cache:"]).isEmpty)
      #expect(try await lab.keys(beginning: ["events:"]).count == 1)
      try await step()
      #expect(try await lab.keys(beginning: ["events:"]).isEmpty)
      for id in ids { #expect(try await isThere(lab, id)) }
      for (index, id) in ids.enumerated() {
        try await step()
        #expect(try await lab.queue.read(id, tenant: "default").job == nil)
        for later in ids[(index + 1)...] { #expect(try await isThere(lab, later)) }
      }
      #expect(try await lab.queue.makeRoom(1, who: "me") == false)
      #expect(try await isThere(lab, kept))
      let counts = try await lab.queue.statistics().counts
      #expect(
        counts["dropped:cache"] == 1 && counts["dropped:event_logs"] == 1 && counts["dropped:fetched"] == 3)
      let page = try await lab.queue.list(tenant: "default", state: nil, before: nil, count: 10)
      #expect(page.elements.map(\.id) == [kept], "what is gone is not listed")
    }
  }

  @Test("what is queued, running, or waits for its delivery does not give way")
  func untouched() async throws {
    try await QueueLab.with { lab in
      let running = try await lab.admit(lab.admission(channel: "c"))
      let job = try await lab.claimOne()
      let delivered = try await lab.admit(lab.admission(callback: "https://example.com/hook"))
      let other = try await lab.claimOne()
      _ = try await lab.queue.complete(other.lease, with: lab.result(), isCacheable: false)
      let queued = try await lab.admit(lab.admission())
      #expect(try await lab.queue.makeRoom(1 << 30, who: "me") == false)
      #expect(try await lab.state(of: running) == .running)
      #expect(try await lab.state(of: queued) == .queued)
      #expect(try await lab.queue.delivery(of: delivered)?.job.body != nil)
      #expect(try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
    }
  }

  @Test("under an idempotency key a stub stays, with which no second call is made")
  func stub() async throws {
    try await QueueLab.with { lab in
      let key = Idempotency(digest: "d", fingerprint: "f")
      let id = try await fetched(lab, key: key)
      #expect(
        try await lab.queue.makeRoom(1, who: "me") == false, "its caller may have been cut off just now")
      try await letGracePass(lab, id)
      #expect(try await lab.queue.makeRoom(1, who: "me"))
      let job = try #require(try await lab.queue.read(id, tenant: "default").job)
      #expect(job.isGone && job.body == nil && job.state == .succeeded)
      guard case .replayed(id) = try await lab.queue.admit(lab.admission(key: key)) else {
        Issue.record("not replayed")
        return
      }
      let memory = try await lab.queue.statistics().memory
      #expect(memory.bytes[.fetched] == 0 && memory.bytes[.stubs] ?? 0 > 0)
      let left = try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:j:\(id)")).integer ?? 0
      #expect(left > 86_400_000)
    }
  }

  @Test("an event log that is gone is said to be, and its job's answer is still there")
  func logGone() async throws {
    try await QueueLab.with { lab in
      let id = try await unfetched(lab, streaming: .deltas)
      #expect(try await lab.queue.makeRoom(1, who: "me"))
      let page = try #require(
        try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil))
      #expect(page.job.areEventsGone && page.events.isEmpty && !page.hasMore)
      #expect(try await isThere(lab, id))
    }
  }

  @Test("a full Redis makes room for new jobs: none is refused, and none is lost that nobody has fetched")
  func full() async throws {
    try await QueueLab.with { lab in
      let used = try #require(await lab.queue.memory()).used
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "\(used + 4_000_000)"))
      let text = String(repeating: "x", count: 20_000)
      var kept: [JobID] = []
      for number in 0..<600 {
        if number % 100 == 0 {
          kept.append(try await unfetched(lab, text: text))
        } else {
          try await fetched(lab, text: text, cache: .refresh(key: "k\(number)"))
        }
      }
      for id in kept { #expect(try await isThere(lab, id)) }
      #expect(try await lab.queue.statistics().counts["dropped:fetched"] ?? 0 > 100)
    }
  }

  @Test("a Redis that older processes have filled with their cache takes the library of this version")
  func upgrade() async throws {
    try await QueueLab.with { lab in
      for number in 0..<20 { try await fetched(lab, cache: .refresh(key: "k\(number)")) }
      _ = try await lab.redis.send(RedisCommand("FUNCTION", "FLUSH"))
      let ballast = String(repeating: "x", count: 1_000_000)
      _ = try await lab.redis.send(RedisCommand("SET", "sluice:{0}:cache:old", ballast))
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:cached", "1", "old"))
      let used = try #require(await lab.queue.memory()).used
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "\(used - 100_000)"))
      try await lab.admit(lab.admission())
    }
  }

  @Test("answers whose callers have them keep within FINISHED_MAX_BYTES, others stand beside it")
  func finishedBound() async throws {
    try await QueueLab.with(settings: ["FINISHED_MAX_BYTES": "10000"]) { lab in
      let kept = try await unfetched(lab, text: String(repeating: "x", count: 20_000))
      var ids: [JobID] = []
      for _ in 0..<20 { ids.append(try await fetched(lab)) }
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await (1...10_000).contains(lab.queue.statistics().memory.bytes[.fetched] ?? 0))
      #expect(try await isThere(lab, kept))
      #expect(try await !isThere(lab, ids[0]))
      #expect(try await isThere(lab, ids[19]))
    }
  }

  @Test("usage records keep within USAGE_MAX_BYTES, the oldest go once they are added up, and are counted")
  func usageBound() async throws {
    try await QueueLab.with(settings: ["USAGE_MAX_BYTES": "20000"]) { lab in
      for _ in 0..<500 {
        _ = try await lab.queue.cancel(try await lab.admit(lab.admission()), tenant: "default")
      }
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await lab.queue.usage(after: nil, count: 1000).count == 500, "none was added up yet")
      #expect(try await lab.queue.rollUsage(steps: 1) == false)
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      #expect(try await (400..<500).contains(lab.queue.usage(after: nil, count: 1000).count))
      #expect(try await lab.queue.rollUsage())
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      let left = try await lab.queue.usage(after: nil, count: 1000)
      #expect(left.count < 200 && left.count > 50)
      #expect(try await lab.queue.statistics().counts["dropped:usage"] == 500 - left.count)
    }
  }

  @Test(
    "an index or the sums that are lost, or are of another type, heal: what is counted has to do with what there is",
    arguments: [
      ["DEL", "sluice:{0}:fetched_jobs"], ["SET", "sluice:{0}:fetched_jobs", "x"],
      ["DEL", "sluice:{0}:memory"],
      ["HSET", "sluice:{0}:memory", "fetched_jobs", "1000000000"],
    ])
  func healing(harm: [String]) async throws {
    try await QueueLab.with { lab in
      for _ in 0..<3 { try await fetched(lab) }
      var command = RedisCommand(harm[0])
      for argument in harm.dropFirst() { command.append(argument) }
      _ = try await lab.redis.send(command)
      #expect(try await lab.queue.tidy(nil, who: "me") == .done)
      try await fetched(lab)
      let members = try await lab.redis.send(RedisCommand("ZRANGE", "sluice:{0}:fetched_jobs", "0", "-1"))
        .array
      let bytes = members?.compactMap { $0.string?.split(separator: " ")[1] }.compactMap { Int($0) } ?? []
      #expect(try await lab.queue.statistics().memory.bytes[.fetched] == bytes.reduce(0, +))
    }
  }

  @Test("one keeper is on duty, and writes down how full Redis is")
  func duty() async throws {
    try await QueueLab.with { lab in
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1gb"))
      let keeper = MemoryKeeper(queue: lab.queue, logger: Logger(label: "test"))
      var (first, second) = (MemoryKeeper.Duty(), MemoryKeeper.Duty())
      try await keeper.turn(&first)
      try await keeper.turn(&second)
      #expect(first.isOwn && !second.isOwn)
      let memory = try await lab.queue.statistics().memory
      #expect(memory.limit == 1 << 30 && memory.used ?? 0 > 0 && !memory.isFull)
    }
  }

  @Test("a policy that may evict jobs is told once when it is set, as at start; so is its end")
  func policy() async throws {
    try await QueueLab.with { lab in
      let log = RecordedLog()
      let keeper = MemoryKeeper(queue: lab.queue, logger: log.logger)
      var duty = MemoryKeeper.Duty()
      func turn(under policy: String) async throws -> [String] {
        _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory-policy", policy))
        let known = log.lines.count
        for _ in 0..<2 { try await keeper.turn(&duty) }
        return log.lines[known...].map(\.message)
      }
      #expect(try await turn(under: "noeviction") == [])
      let fault = try #require(EvictionPolicy.fault(of: "allkeys-lru"))
      #expect(try await turn(under: "allkeys-lru") == [fault])
      await #expect(throws: ConfigurationError(fault)) {
        try await DurabilityCheck(redis: lab.redis, logger: log.logger).run()
      }
      await #expect(throws: QueueError.mayEvict(policy: "allkeys-lru")) { try await lab.queue.checkReady() }
      #expect(try await turn(under: "volatile-ttl").count == 1, "another policy is another fault")
      #expect(try await turn(under: "noeviction").count == 1)
      #expect(try await turn(under: "noeviction") == [])
      try await lab.queue.checkReady()
    }
  }

  @Test("a Redis that was full is full no more once it tells that there is room again")
  func roomAgain() async throws {
    try await QueueLab.with { lab in
      func isFull() async throws -> Bool { try await lab.queue.statistics().memory.isFull }
      #expect(try await lab.queue.makeRoom(1, who: "me", afterRefusal: true) == false)
      #expect(try await isFull())
      _ = try await lab.queue.tidy(RedisMemory(used: 96_000_000, limit: 100_000_000), who: "me")
      #expect(try await isFull(), "a little is no room")
      _ = try await lab.queue.tidy(RedisMemory(used: 94_000_000, limit: 100_000_000), who: "me")
      #expect(try await isFull() == false)
    }
  }

  @Test("a keeper makes room before anything is refused")
  func early() async throws {
    try await QueueLab.with { lab in
      for number in 0..<50 {
        try await fetched(
          lab, text: String(repeating: "x", count: 20_000), cache: .refresh(key: "k\(number)"))
      }
      let used = try #require(await lab.queue.memory()).used
      _ = try await lab.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "\(used + 1000)"))
      var duty = MemoryKeeper.Duty()
      try await MemoryKeeper(queue: lab.queue, logger: Logger(label: "test")).turn(&duty)
      let after = try #require(await lab.queue.memory())
      #expect(after.shortage == 0, "\(after)")
    }
  }

  @Test("what Redis says of its memory is read, and what does not count against its limit is left out")
  func redisMemory() {
    let memory = RedisMemory(
      "# Memory\r\nused_memory:1000\r\nused_memory_human:1K\r\nmem_not_counted_for_evict:100\r\nmaxmemory:1000\r\nmaxmemory_policy:noeviction\r\n"
    )
    #expect(memory?.used == 900 && memory?.limit == 1000 && memory?.policy == "noeviction")
    #expect(memory?.shortage == 0)
    #expect(RedisMemory(used: 950, limit: 1000).shortage == 100)
    #expect(RedisMemory(used: 1 << 40, limit: 0).shortage == 0)
    #expect(RedisMemory(used: 1 << 40, limit: 0).finishedBytes == 1 << 30)
    #expect(RedisMemory("") == nil)
  }

  @Test("a sentence names what takes most")
  func phrase() {
    func phrase(_ bytes: [MemoryUse.Part: Int], used: Int? = nil) -> String {
      MemoryUse(bytes: bytes, used: used, limit: nil, isFull: true).phrase
    }
    #expect(phrase([:]) == "what is not Sluice's")
    #expect(phrase([.open: 42 << 20]) == "jobs that have not ended (42 MiB)")
    #expect(
      phrase([.open: 3 << 19, .cache: 1, .unfetched: 2048])
        == "jobs that have not ended (1.5 MiB) and answers that nobody has fetched (2 KiB)")
    #expect(
      phrase([.responses: 393 << 10, .usage: 1 << 10], used: 22 << 20)
        == "what is not Sluice's (21 MiB) and kept responses (393 KiB)", "others share it")
    #expect(phrase([.open: 40 << 20], used: 60 << 20) == "jobs that have not ended (40 MiB)")
  }
}
