import TestSupport
import Testing

@testable import Shared

@Suite("Replicas that must acknowledge", .serialized)
struct AcknowledgementTests {
  @Test("a job is admitted once the replica has it, and an answer is recorded once the replica has that")
  func acknowledged() async throws {
    try await AcknowledgedLab.with { own in
      let id = try await own.lab.admit(own.lab.admission())
      #expect(try await own.replicaHas(id))
      let job = try await own.lab.claimOne()
      #expect(
        try await own.queue.complete(job.lease, with: own.lab.result(), isCacheable: false) == .recorded)
      let state = try await RawConnection.words(own.servers.replicaPort, "HGET sluice:{0}:j:\(id) s").first
      #expect(state == "succeeded")
      #expect(try await own.lab.state(of: id) == .succeeded)
      #expect(try await own.queue.statistics().counts["stale"] == nil)
    }
  }

  @Test("a job that too few have is told so, and the next is refused unsent until the replica answers again")
  func tooFew() async throws {
    try await AcknowledgedLab.with { own in
      let (first, second) = (own.lab.admission(), own.lab.admission())
      try await own.withoutReplica {
        guard case .unacknowledged = try await own.queue.admit(first) else { throw QueueLab.NotAdmitted() }
        #expect(try await own.lab.state(of: first.id) == .queued, "it may run all the same")
        let refusal = try await #require(throws: QueueError.self) { _ = try await own.queue.admit(second) }
        #expect(refusal.reason.contains("REDIS_ACK_REPLICAS"))
        #expect(try await own.lab.state(of: second.id) == nil)
        await #expect(throws: QueueError.self) { try await own.queue.checkReady() }
      }
      try await eventually("jobs are taken again") { (try? await own.queue.admit(second)) != nil }
      #expect(try await own.replicaHas(second.id))
      try await own.queue.checkReady()
    }
  }

  @Test(
    "with fewer replicas than must acknowledge nothing is written, from the first on, until there are enough")
  func missing() async throws {
    try await AcknowledgedLab.with { own in
      let lab = own.lab
      await own.servers.replica.kill()
      try await eventually("it is noticed before anything is written") { own.client.isShort }
      let refused = lab.admission()
      let refusal = try await #require(throws: QueueError.self) { _ = try await own.queue.admit(refused) }
      #expect(!refusal.mayHaveHappened && refusal.reason.contains("REDIS_ACK_REPLICAS"))
      await #expect(throws: QueueError.self) { try await own.queue.checkReady() }
      #expect(try await lab.state(of: refused.id) == nil)
      try await own.servers.replica.start()
      try await eventually("it is ready again") { (try? await own.queue.checkReady()) != nil }
      let id = try await lab.admit(lab.admission())
      #expect(try await own.replicaHas(id))
    }
  }

  @Test("under its idempotency key a request may come again: it finds its job, once that is acknowledged")
  func idempotency() async throws {
    try await AcknowledgedLab.with { own in
      let key = Idempotency(digest: "digest", fingerprint: "body")
      let first = own.lab.admission(key: key)
      try await own.withoutReplica {
        guard case .unacknowledged = try await own.queue.admit(first) else { throw QueueLab.NotAdmitted() }
        await #expect(throws: QueueError.self) { _ = try await own.queue.known(key) }
      }
      let replayed = try await eventually("the job is found") { () -> JobID? in
        guard case .replayed(let id)? = try? await own.queue.admit(own.lab.admission(key: key)) else {
          return nil
        }
        return id
      }
      #expect(replayed == first.id)
      #expect(try await own.replicaHas(first.id))
      #expect(try await own.queue.statistics().openJobs == 1)
    }
  }

  @Test(
    "an answer is told nobody before it is acknowledged, however they ask; then all are told, and it is recorded once"
  )
  func silence() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let id = try await own.lab.admit(own.lab.admission(channel: "mine", streaming: .deltas))
        let job = try await own.lab.claimOne()
        try await own.withoutReplica {
          try await own.completeUnacknowledged(job)
          // It may be recorded again.
          try await own.completeUnacknowledged(job)
          #expect(try await own.lab.state(of: id) == .running)
          #expect(try await own.queue.ended(among: [id]).ends.isEmpty)
          let page = try await own.queue.list(tenant: "default", state: nil, before: nil, count: 10)
          #expect(page.elements.map(\.state) == [.running])
          let events = try await own.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
          #expect(events?.events.map(\.kind).contains(.done) == false)
          #expect(heard.ids.isEmpty)
        }
        try await own.record(job)
        try await eventually("its caller is told") { heard.ids == [id] }
        #expect(try await own.lab.state(of: id) == .succeeded)
        let events = try await own.queue.events(of: id, tenant: "default", after: 0, announceTo: nil)
        #expect(events?.events.last?.kind == .done)
        #expect(try await own.queue.usage(after: nil, count: 10).map(\.job) == [id])
        #expect(try await own.queue.statistics().counts["ended:succeeded"] == 1)
        #expect(try await own.lab.keys(beginning: QueueLab.passing).isEmpty)
      }
    }
  }

  @Test("those who share the call are told with it")
  func followers() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let ids = try await own.admitTwoOfOneCall()
        try await own.record(try await own.lab.claimOne())
        try await eventually("both are told") { Set(heard.ids) == Set(ids) }
      }
    }
  }

  @Test(
    "those who share a call whose end was not acknowledged at first are told with it, and nothing is left in them"
  )
  func followersLater() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let ids = try await own.admitTwoOfOneCall()
        let job = try await own.lab.claimOne()
        try await own.withoutReplica { try await own.completeUnacknowledged(job) }
        #expect(heard.ids.isEmpty)
        try await own.record(job)
        // By the step itself: nobody has looked.
        #expect(try await own.marks(of: ids).isEmpty)
        try await eventually("both are told") { Set(heard.ids) == Set(ids) }
        #expect(try await own.lab.keys(beginning: QueueLab.passing).isEmpty)
      }
    }
  }

  @Test("a failure is told in the same way; another outcome under the same lease is stale")
  func failure() async throws {
    try await AcknowledgedLab.with { own in
      let id = try await own.lab.admit(own.lab.admission())
      let job = try await own.lab.claimOne()
      let failure = JobFailure(code: .allProvidersFailed, message: "no")
      try await own.withoutReplica { try await own.failUnacknowledged(job, with: failure) }
      try await eventually("it is acknowledged") {
        try await own.queue.fail(job.lease, with: failure) == .recorded
      }
      #expect(try await own.lab.state(of: id) == .failed)
      let other = JobFailure(code: .allProvidersFailed, message: "another")
      #expect(try await own.queue.fail(job.lease, with: other) == .stale)
      #expect(
        try await own.queue.complete(job.lease, with: own.lab.result(), isCacheable: false) == .stale)
      #expect(try await own.queue.usage(after: nil, count: 10).count == 1)
    }
  }

  @Test("what replicas lack does not give way, and is not fetched by who is told that it runs")
  func room() async throws {
    try await AcknowledgedLab.with { own in
      try await own.listening { heard in
        let told = try await own.lab.admit(own.lab.admission(channel: "mine"))
        let first = try await own.lab.claimOne()
        let read = try await own.lab.admit(own.lab.admission())
        let second = try await own.lab.claimOne()
        try await own.withoutReplica {
          for job in [first, second] {
            try await own.completeUnacknowledged(job)
          }
          let state = try await own.lab.state(of: read)
          #expect(state == .running)
          let madeRoom = try await own.queue.makeRoom(1 << 30, who: "me")
          #expect(!madeRoom)
        }
        for job in [first, second] { try await own.record(job) }
        try await eventually("its caller is told") { heard.ids == [told] }
        #expect(try await own.queue.statistics().memory.bytes[.unfetched] ?? 0 > 0)
        #expect(try await own.queue.read(read, tenant: "default").job?.body != nil)
      }
    }
  }

  @Test("a dead letter that is requeued meanwhile is not told as its first end")
  func requeued() async throws {
    try await AcknowledgedLab.with { own in
      let id = try await own.lab.admit(own.lab.admission())
      let job = try await own.lab.claimOne()
      let failure = JobFailure(code: .allProvidersFailed, message: "no")
      try await own.withoutReplica {
        try await own.failUnacknowledged(job, with: failure)
        // By a process that waits for no replica.
        #expect(try await QueueLab.requeue(id, in: own.bold) == .queued)
        #expect(try await own.lab.state(of: id) == .queued)
      }
      #expect(try await own.queue.fail(job.lease, with: failure) == .stale)
      try await own.record(try await own.lab.claimOne())
      #expect(try await own.lab.state(of: id) == .succeeded)
    }
  }

  @Test("the outcome of a lease that is lost is stale, also where another's was recorded meanwhile")
  func stale() async throws {
    try await AcknowledgedLab.with { own in
      let id = try await own.lab.admit(own.lab.admission())
      let lost = try await own.lab.claimOne(worker: "first")
      try await own.lab.loseWorker("first", holding: id)
      let next = try await own.lab.claimOne(worker: "second")
      try await own.record(next, "second")
      #expect(
        try await own.queue.complete(lost.lease, with: own.lab.result("first"), isCacheable: false) == .stale)
    }
  }

  @Test("that the replica's time runs out puts nothing in doubt, however many wait for it")
  func noSuspicion() async throws {
    try await AcknowledgedLab.with { own in
      try await own.withoutReplica {
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<50 {
            group.addTask {
              do throws(QueueError) { _ = try await own.queue.admit(own.lab.admission()) } catch {
                #expect(!error.isOfSilence, "\(error)")
              }
            }
          }
        }
        // Other connections are not held up by it.
        #expect(await own.lab.redis.isServed())
      }
    }
  }

  @Test("what comes while one wait is under way has the next together")
  func together() async throws {
    try await AcknowledgedLab.with { own in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<100 { group.addTask { _ = try await own.lab.admit(own.lab.admission()) } }
        try await group.waitForAll()
      }
      let waits = try await own.servers.calls(of: "wait") + own.servers.calls(of: "waitaof")
      #expect(waits > 0 && waits < 100)
    }
  }

  @Test("where no replica is to acknowledge, none is asked")
  func off() async throws {
    try await ReplicatedRedis.with { servers in
      let configuration = try RedisConfiguration(url: servers.master.url)
      let topology = RedisTopology(configuration, logger: .quiet)
      #expect(AcknowledgedClient(topology: topology, logger: .quiet, purpose: "test") == nil)
      try await RedisClientLab.with(servers.master.url) { redis in
        let environment = ProcessEnvironment([:])
        let queue = JobQueue(
          redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
        let lab = QueueLab(server: servers.master, redis: redis, queue: queue)
        try await lab.admit(lab.admission())
        let job = try await lab.claimOne()
        #expect(try await queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
        #expect(await queue.isAcknowledged())
      }
      #expect(try await servers.calls(of: "wait") == 0)
      #expect(try await servers.calls(of: "waitaof") == 0)
    }
  }
}
