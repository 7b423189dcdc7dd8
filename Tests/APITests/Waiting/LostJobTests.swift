import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import API
@testable import Shared

@Suite("Jobs that a failover has lost")
struct LostJobTests {
  /// A queue, and an API process's knowledge of who waits.
  private struct Lab: Sendable {
    let redis: RedisClient
    let queue: JobQueue
    let board = ReplyBoard()
    let lost: LostJobs

    var finder: LostJobFinder { LostJobFinder(queue: queue, board: board, lost: lost) }

    static func with(expectsFailover: Bool = true, _ body: (Lab) async throws -> Void) async throws {
      try await RedisServer.with { server in
        var configuration = try RedisConfiguration(url: server.url)
        configuration.commandTimeout = Patience.command
        let redis = RedisClient(configuration: configuration, logger: .quiet, purpose: "test")
        let environment = ProcessEnvironment([:])
        let queue = JobQueue(
          redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await redis.run() }
          defer { group.cancelAll() }
          try await body(
            Lab(
              redis: redis, queue: queue,
              lost: LostJobs(
                expectsFailover: expectsFailover, retention: queue.retention, logger: .quiet)))
        }
      }
    }

    func admission(prompt: String = "hello", key: Idempotency? = nil) -> Admission {
      Admission(
        id: JobID(unixMilliseconds: Timestamp.now), tenant: "default", lane: .standard, model: "default",
        request: ByteBuffer(string: prompt), weight: 1, expiresIn: .seconds(600), replyChannel: "mine",
        cache: .use(key: "k"), idempotency: key)
    }

    /// A request that waits for its job, as `Asking` does it.
    func ask(_ admission: Admission) async throws -> API.Expectation {
      let expectation = board.expect(admission.id)
      let kept = lost.keep(admission)
      var created: Int64?
      if case .admitted(let time, _, _) = try await queue.admit(admission) { created = time }
      expectation.isThere(created: try #require(created), kept: kept)
      return expectation
    }

    /// As the server is that has taken over: without what the former one took in last.
    func failOver() async throws { _ = try await redis.send(RedisCommand("FLUSHALL")) }

    /// As the listener looks.
    func look() async throws {
      let start = ContinuousClock.now
      await finder.missed(in: try await queue.ended(among: board.awaited), at: start)
    }

    var metrics: String {
      var text = MetricsText()
      lost.write(to: &text)
      return String(buffer: text.finished())
    }
  }

  @Test("one whose caller waits is admitted again under its id, once, and answered")
  func readmitted() async throws {
    try await Lab.with { lab in
      let admission = lab.admission(prompt: "what was asked")
      let expectation = try await lab.ask(admission)
      try await lab.failOver()
      try await lab.look()
      try await lab.look()
      let claim = try await lab.queue.claim(10, worker: "w")
      #expect(claim.jobs.map(\.lease.id) == [admission.id])
      #expect(claim.jobs.first?.request == ByteBuffer(string: "what was asked"))
      #expect(expectation.absence == nil)
      #expect(lab.metrics.contains("sluice_jobs_readmitted_total 1\n"))
      #expect(lab.metrics.contains("sluice_jobs_lost_total 0\n"))
    }
  }

  @Test("one that was admitted while Redis was being asked is not taken for lost")
  func justAdmitted() async throws {
    try await Lab.with { lab in
      let admission = lab.admission()
      let expectation = lab.board.expect(admission.id)
      let start = ContinuousClock.now
      let look = try await lab.queue.ended(among: lab.board.awaited)
      #expect(look.absent == [admission.id])
      _ = try await lab.queue.admit(admission)
      expectation.isThere(created: Timestamp.now, kept: nil)
      await lab.finder.missed(in: look, at: start)
      #expect(expectation.absence == nil)
      #expect(lab.metrics.contains("sluice_jobs_lost_total 0\n"))
    }
  }

  @Test("one that is there after all is left as it is")
  func thereAfterAll() async throws {
    try await Lab.with { lab in
      let admission = lab.admission()
      _ = try await lab.ask(admission)
      let job = try #require(try await lab.queue.claim(1, worker: "w").jobs.first)
      var look = JobLook()
      look.absent = [admission.id]
      await lab.finder.missed(in: look, at: .now)
      #expect(try await lab.queue.renew([job.lease], worker: "w") == Renewal(lost: [], over: []))
      #expect(lab.metrics.contains("sluice_jobs_readmitted_total 0\n"))
    }
  }

  @Test(
    "one of which nothing is kept is counted, and its caller waits no longer",
    arguments: [(true, 100_000), (false, 10)])
  func lost(expectsFailover: Bool, size: Int) async throws {
    try await Lab.with(expectsFailover: expectsFailover) { lab in
      let expectation = try await lab.ask(lab.admission(prompt: String(repeating: "x", count: size)))
      try await lab.failOver()
      try await lab.look()
      let end = await expectation.end(within: .seconds(60), on: MultiThreadedEventLoopGroup.singleton.any())
      #expect(end == nil)
      #expect(expectation.absence == .lost)
      #expect(lab.metrics.contains("sluice_jobs_lost_total 1\n"))
    }
  }

  @Test(
    "one whose answer gave way before its caller was told of it is neither admitted again nor lost",
    arguments: [nil, Idempotency(digest: "d", fingerprint: "f")] as [Idempotency?])
  func gaveWay(key idempotency: Idempotency?) async throws {
    try await Lab.with { lab in
      let expectation = try await lab.ask(lab.admission(key: idempotency))
      let job = try #require(try await lab.queue.claim(1, worker: "w").jobs.first)
      // As if its caller had it: only the message was lost.
      let key = "sluice:{0}:j:\(job.lease.id)"
      _ = try await lab.queue.complete(
        job.lease,
        with: JobResult(
          response: "hi", provider: "p", model: "m", finishReason: .stop, usage: .zero, cost: .zero,
          latency: .zero, cascadePath: []), isCacheable: false)
      _ = try await lab.queue.read(job.lease.id, tenant: "default")
      lab.lost.accepted(job.lease.id, created: try #require(expectation.place(before: .now)).created)
      // A minute passes, in which its caller might ask again.
      _ = try await lab.redis.send(RedisCommand("HSET", key, "ft", "1"))
      while try await lab.queue.makeRoom(1 << 20, who: "me") {}
      let isStub = try await lab.redis.send(RedisCommand("HEXISTS", key, "go")).integer == 1
      #expect(isStub == (idempotency != nil))
      try await lab.look()
      #expect(expectation.absence == .gone)
      #expect(await lab.finder.lookForAccepted(atOnce: 10))
      #expect(lab.metrics.contains("sluice_jobs_readmitted_total 0\n"))
      #expect(lab.metrics.contains("sluice_jobs_lost_total 0\n"))
    }
  }

  @Test("one that another process has accepted is counted there, and who waits for it here waits no longer")
  func lostByAnother() async throws {
    try await Lab.with { lab in
      let admission = lab.admission()
      _ = try await lab.queue.admit(admission)
      let expectation = lab.board.expect(admission.id)
      expectation.isThere(created: Timestamp.now)
      try await lab.failOver()
      try await lab.look()
      #expect(expectation.absence == .lost)
      #expect(lab.metrics.contains("sluice_jobs_lost_total 0\n"))
    }
  }

  @Test("those for which nobody waits are looked for after a failover, and counted once")
  func accepted() async throws {
    try await Lab.with { lab in
      let (gone, kept) = (lab.admission(), lab.admission())
      for admission in [gone, kept] {
        _ = try await lab.queue.admit(admission)
        lab.lost.accepted(admission.id, created: Timestamp.now)
      }
      #expect(await lab.finder.lookForAccepted(atOnce: 1))
      #expect(lab.metrics.contains("sluice_jobs_lost_total 0\n"))
      _ = try await lab.redis.send(RedisCommand("DEL", "sluice:{0}:j:\(gone.id)"))
      #expect(await lab.finder.lookForAccepted(atOnce: 1))
      #expect(await lab.finder.lookForAccepted(atOnce: 1))
      #expect(lab.metrics.contains("sluice_jobs_lost_total 1\n"))
      #expect(lab.lost.suspects.map(\.id) == [kept.id])
    }
  }

  @Test("what is kept of requests is bounded, and let go with its request")
  func shelf() {
    let shelf = AdmissionShelf()
    var kept: [KeptAdmission?] = []
    let admission = Admission(
      id: JobID(unixMilliseconds: 1), tenant: "t", lane: .standard, model: "m",
      request: ByteBuffer(repeating: 0, count: 65_536), weight: 1, expiresIn: .seconds(1))
    for _ in 0..<1024 { kept.append(shelf.keep(admission)) }
    #expect(kept.allSatisfy { $0 != nil })
    #expect(shelf.keep(admission) == nil)
    kept = []
    #expect(shelf.heldBytes == 0)
    #expect(shelf.keep(admission) != nil)
  }
}

extension Logger {
  /// For what is expected to complain.
  fileprivate static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
