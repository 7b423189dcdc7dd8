import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("Handing jobs over while nothing is queued")
struct HandOverTests {
  /// A worker that listens, and what it has heard.
  final class Listener: Sendable {
    let offer: SlotOffer
    private let worker: String
    private let heard: Mutex<[HandOver]> = Mutex([])

    init(_ offer: SlotOffer, of worker: String) {
      self.offer = offer
      self.worker = worker
    }

    func hear(_ message: ByteBuffer) {
      if let message = HandOver(message, to: worker) { heard.withLock { $0.append(message) } }
    }

    var jobs: [ClaimedJob] {
      heard.withLock { $0.compactMap { if case .job(let job) = $0 { job } else { nil } } }
    }

    var hasEnded: Bool {
      heard.withLock { if case .end? = $0.last { true } else { false } }
    }

    func job(at index: Int = 0) async throws -> ClaimedJob {
      try await eventually("job \(index) is handed over") { jobs.count > index ? jobs[index] : nil }
    }
  }

  private func withListener(
    _ lab: QueueLab, worker: String = "w", _ body: (Listener) async throws -> Void
  ) async throws {
    let channel = lab.queue.makeHandOverChannel()
    let listener = Listener(lab.queue.offer(of: worker, on: channel), of: worker)
    let (subscribed, note) = AsyncStream.makeStream(of: Void.self)
    let subscriber = RedisSubscriber(
      configuration: try RedisConfiguration(url: lab.server.url), channel: channel, purpose: "test",
      logger: Logger(label: "test"), onMessage: listener.hear, onSubscribed: { _ in note.yield() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      defer { group.cancelAll() }
      for await _ in subscribed { break }
      try await body(listener)
    }
  }

  /// A worker `w` that listens and has offered so many slots.
  private func withOffer(
    of slots: Int, settings: [String: String] = [:], _ body: (QueueLab, Listener) async throws -> Void
  ) async throws {
    try await QueueLab.with(settings: settings) { lab in
      try await withListener(lab) { listener in
        #expect(try await lab.queue.claim(slots, worker: "w", offer: listener.offer).jobs.isEmpty)
        try await body(lab, listener)
      }
    }
  }

  @Test("a new job is a listening worker's at once, as if it had been claimed")
  func handed() async throws {
    try await withOffer(of: 1) { lab, listener in
      let id = try await lab.admit(lab.admission(prompt: "why not"))
      #expect(try await lab.state(of: id) == .running)
      let job = try await listener.job()
      #expect(job.lease.id == id && job.lease.worker == "w" && job.attempts == 1 && job.deliveredJob == nil)
      #expect(job.request.map { String(buffer: $0) } == "why not")
      #expect(job.timeLeft == .seconds(600) && job.streaming == nil)
      #expect(try await lab.queue.renew([job.lease], worker: "w") == .allHeld)
      #expect(try await lab.queue.claim(9, worker: "other").jobs.isEmpty)
      #expect(
        try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false) == .recorded)
      #expect(try await lab.queue.claim(0, worker: "w").jobs.isEmpty)
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("who listens to all channels does not make a worker that has gone look as if it heard")
  func listenerToEverything() async throws {
    try await QueueLab.with { lab in
      let gone = lab.queue.offer(of: "w", on: lab.queue.makeHandOverChannel())
      let curious = try await ChildProcess(
        "/usr/bin/redis-cli", ["-s", lab.server.socket, "PSUBSCRIBE", "*"])
      try await curious.waitForOutput("psubscribe")
      _ = try await lab.queue.claim(1, worker: "w", offer: gone)
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.state(of: id) == .queued)
      await curious.terminate()
    }
  }

  @Test("no more jobs are handed over than slots are offered; the others queue")
  func slots() async throws {
    try await withOffer(of: 2) { lab, listener in
      var ids: [JobID] = []
      for _ in 0..<4 { ids.append(try await lab.admit(lab.admission())) }
      _ = try await listener.job(at: 1)
      #expect(try await lab.queue.claim(9, worker: "other").jobs.map(\.lease.id) == Array(ids[2...]))
      #expect(listener.jobs.map(\.lease.id) == Array(ids[..<2]))
    }
  }

  @Test("the end of a job offers its slot for the next, unless one is queued")
  func offersAgain() async throws {
    try await withOffer(of: 1) { lab, listener in
      try await lab.admit(lab.admission())
      let first = try await listener.job()
      #expect(
        try await lab.queue.complete(
          first.lease, with: lab.result(), isCacheable: false, offer: listener.offer) == .recorded)
      try await lab.admit(lab.admission())
      let second = try await listener.job(at: 1)
      try await lab.admit(lab.admission())
      #expect(
        try await lab.queue.complete(
          second.lease, with: lab.result(), isCacheable: false, offer: listener.offer) == .recorded)
    }
  }

  @Test("nobody overtakes what is queued")
  func order() async throws {
    try await withOffer(of: 1) { lab, listener in
      let large = String(repeating: "x", count: 70_000)
      let ids = [
        try await lab.admit(lab.admission(prompt: large)), try await lab.admit(lab.admission(tenant: "b")),
      ]
      let claim = try await lab.queue.claim(2, worker: "w", offer: listener.offer)
      #expect(Set(claim.jobs.map(\.lease.id)) == Set(ids))
      #expect(listener.jobs.isEmpty)
    }
  }

  @Test("a claim takes offered slots back for what is queued, and offers the rest")
  func claims() async throws {
    try await withOffer(of: 3) { lab, listener in
      try await lab.admit(lab.admission(prompt: String(repeating: "x", count: 70_000)))
      #expect(try await lab.queue.claim(3, worker: "w", offer: listener.offer).jobs.count == 1)
      for _ in 0..<3 { try await lab.admit(lab.admission()) }
      _ = try await listener.job(at: 1)
      #expect(try await lab.queue.claim(9, worker: "other").jobs.count == 1)
    }
  }

  @Test("jobs on their way are counted by a claim, whatever was offered before")
  func onTheirWay() async throws {
    try await withOffer(of: 5) { lab, listener in
      for _ in 0..<2 { try await lab.admit(lab.admission()) }
      _ = try await listener.job(at: 1)
      // The worker has heard of one so far, and has four slots free.
      _ = try await lab.queue.claim(4, worker: "w", offer: listener.offer, heard: 1)
      for _ in 0..<4 { try await lab.admit(lab.admission()) }
      _ = try await listener.job(at: 4)
      let queued = try await lab.queue.claim(1, worker: "w", offer: listener.offer, heard: 4)
      #expect(queued.jobs.isEmpty, "the free slot is for the job that it has not heard of")
      #expect(try await lab.queue.claim(9, worker: "other").jobs.count == 1)
    }
  }

  @Test("an offer that Redis has lost is made anew by the next claim")
  func offerLost() async throws {
    try await withOffer(of: 2) { lab, listener in
      try await lab.admit(lab.admission())
      _ = try await listener.job()
      _ = try await lab.redis.send(RedisCommand("DEL", "sluice:{0}:offers", "sluice:{0}:handed"))
      let waiting = try await lab.admit(lab.admission())
      let claim = try await lab.queue.claim(1, worker: "w", offer: listener.offer, heard: 1)
      #expect(claim.jobs.map(\.lease.id) == [waiting])
      _ = try await lab.queue.claim(1, worker: "w", offer: listener.offer, heard: 1)
      try await lab.admit(lab.admission())
      _ = try await listener.job(at: 1)
    }
  }

  @Test("of many that come in one step, two workers are handed as many as each has offered")
  func manyAtOnce() async throws {
    try await withOffer(of: 3) { lab, first in
      try await withListener(lab, worker: "v") { second in
        _ = try await lab.queue.claim(2, worker: "v", offer: second.offer)
        let admissions = (0..<7).map { _ in lab.admission() }
        _ = try await lab.queue.admit(admissions)
        _ = try await (first.job(at: 2), second.job(at: 1))
        #expect(first.jobs.map(\.lease.id) == admissions[..<3].map(\.id))
        #expect(second.jobs.map(\.lease.id) == admissions[3..<5].map(\.id))
        let queued = try await lab.queue.claim(9, worker: "other").jobs
        #expect(queued.map(\.lease.id) == admissions[5...].map(\.id))
        #expect(try await lab.queue.mend().repairs.isEmpty)
      }
    }
  }

  @Test("a tenant that runs as many jobs as it may is handed none")
  func tenantCap() async throws {
    try await withOffer(of: 3, settings: ["TENANT_CONCURRENCY": "1"]) { lab, listener in
      let admissions = [lab.admission(tenant: "a"), lab.admission(tenant: "a")]
      _ = try await lab.queue.admit(admissions)
      _ = try await listener.job()
      #expect(try await lab.state(of: admissions[1].id, tenant: "a") == .queued)
    }
  }

  @Test("a worker that has stopped listening is handed none, and its offer goes")
  func deaf() async throws {
    try await QueueLab.with { lab in
      let offer = lab.queue.offer(of: "w", on: lab.queue.makeHandOverChannel())
      _ = try await lab.queue.claim(1, worker: "w", offer: offer)
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.state(of: id) == .queued)
      #expect(try await lab.keys(beginning: ["offers", "handed"]).isEmpty)
    }
  }

  @Test("a worker that gives no sign of life is handed none, and is told that its offer has ended")
  func silent() async throws {
    try await withOffer(of: 1) { lab, listener in
      _ = try await lab.redis.send(RedisCommand("ZADD", "sluice:{0}:workers", "1", "w"))
      let id = try await lab.admit(lab.admission())
      #expect(try await lab.state(of: id) == .queued)
      try await eventually("it is told") { listener.hasEnded }
    }
  }

  @Test("once an offer is withdrawn no job comes after those on their way")
  func withdraws() async throws {
    try await withOffer(of: 3) { lab, listener in
      try await lab.admit(lab.admission())
      #expect(try await lab.queue.withdraw(listener.offer))
      let late = try await lab.admit(lab.admission())
      #expect(try await lab.state(of: late) == .queued)
      try await eventually("it is told") { listener.hasEnded }
      let job = try #require(listener.jobs.first)
      _ = try await lab.queue.claim(1, worker: "other")
      #expect(
        try await lab.queue.complete(
          job.lease, with: lab.result(), isCacheable: false, offer: listener.offer) == .recorded)
      #expect(try await lab.keys(beginning: ["offers", "handed"]).isEmpty)
    }
  }

  @Test("what a parked tenant queues holds nobody else of the same step back")
  func parked() async throws {
    try await withOffer(of: 4, settings: ["TENANT_CONCURRENCY": "1"]) { lab, listener in
      let first = ["a", "a"].map { lab.admission(tenant: $0) }
      _ = try await lab.queue.admit(first)
      #expect(try await lab.queue.claim(3, worker: "w", offer: listener.offer, heard: 1).jobs.isEmpty)
      let next = ["a", "b", "c"].map { lab.admission(tenant: $0) }
      _ = try await lab.queue.admit(next)
      _ = try await listener.job(at: 2)
      #expect(listener.jobs.map(\.lease.id) == [first[0].id, next[1].id, next[2].id])
    }
  }

  @Test("those who watch a job see it queued and running, as any other")
  func watched() async throws {
    try await withOffer(of: 1) { lab, listener in
      let id = try await lab.admit(lab.admission(streaming: .deltas))
      let job = try await listener.job()
      #expect(job.streaming == .deltas)
      let page = try #require(
        try await lab.queue.events(of: id, tenant: "default", after: 0, announceTo: nil))
      let states = page.events.compactMap { event in
        if case .status(let status) = event.kind { status.state } else { nil }
      }
      #expect(states == [.queued, .running])
    }
  }

  @Test("an equal request follows a job that was handed over")
  func followed() async throws {
    try await withOffer(of: 2) { lab, listener in
      let admission = lab.admission(cache: .use(key: "k"))
      try await lab.admit(admission)
      let follower = try await lab.admit(lab.admission(cache: .use(key: "k")))
      let job = try await listener.job()
      _ = try await lab.queue.complete(
        job.lease, with: lab.result(), isCacheable: true, offer: listener.offer)
      #expect(try await lab.state(of: follower) == .succeeded)
      #expect(listener.jobs.count == 1)
    }
  }

  @Test("a job that is lost on its way comes back when its lease ends, and no crash is counted")
  func lost() async throws {
    try await withOffer(of: 1) { lab, _ in
      let id = try await lab.admit(lab.admission())
      try await lab.letTimePass("lease", id)
      let again = try await lab.claimOne(worker: "other")
      #expect(again.lease.id == id && again.attempts == 2)
      #expect(try await lab.queue.statistics().counts["crashes"] == nil)
    }
  }

  @Test("a worker that heard no more of its offer gives back what it does not hold, no attempt used up")
  func recalled() async throws {
    try await withOffer(of: 3) { lab, listener in
      var ids: [JobID] = []
      for _ in 0..<3 { ids.append(try await lab.admit(lab.admission())) }
      let other = try await lab.admit(lab.admission())
      let claimed = try await lab.claimOne(worker: "w")
      #expect(try await lab.queue.recall(listener.offer, holding: [ids[1]]) == 2)
      let states = [
        try await lab.state(of: ids[0]), try await lab.state(of: ids[1]), try await lab.state(of: ids[2]),
        try await lab.state(of: other),
      ]
      #expect(states == [.queued, .running, .queued, .running], "what it claimed is not given back")
      #expect(claimed.lease.id == other)
      let again = try await lab.queue.claim(9, worker: "v").jobs
      #expect(Set(again.map(\.lease.id)) == [ids[0], ids[2]])
      #expect(again.allSatisfy { $0.attempts == 1 && $0.lease.fence == 2 })
      #expect(try await lab.keys(beginning: ["offers", "handed"]).isEmpty)
      #expect(try await lab.queue.mend().repairs.isEmpty)
    }
  }

  @Test("what a killed worker has offered is cleared away")
  func clearedAway() async throws {
    try await withOffer(of: 1) { lab, _ in
      _ = try await lab.queue.mend()
      #expect(try await lab.keys(beginning: ["offers", "handed"]).count == 2)
      try await lab.queue.leave(worker: "w")
      #expect(try await lab.queue.mend().repairs.isEmpty)
      #expect(try await lab.keys(beginning: ["offers", "handed"]).isEmpty)
    }
  }
}
