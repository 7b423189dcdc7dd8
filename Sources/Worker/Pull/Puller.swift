import Logging
import ServiceLifecycle
import Shared

/// The worker's heart: waits for queued work, claims as much as it has room for, and runs it. What room is left it
/// offers for jobs that are handed to it while nothing is queued; ``HandOverListener`` takes those.
///
/// When it is told to stop it claims nothing more, finishes what it holds within the drain time-out, and gives
/// the rest back to the queue without using up an attempt.
struct Puller: Service {
  /// How many jobs one claim takes at most: while Redis gives more, the worker begins with these.
  private static let claimSize = 32
  /// How long calls that are given up have to come to their end.
  private static let abortTime = Duration.seconds(1)
  /// Between a renewal that failed and the next.
  private static let renewalPause = Duration.seconds(1)

  let queue: JobQueue
  /// The connection that blocks; the puller owns its life, so that no wake-up is taken after the last claim.
  let wakeConnection: RedisClient
  let starter: JobStarter
  let pace: PullPace
  let name: String
  let check: DurabilityCheck
  let gate: StartGate
  let drainTimeout: Duration
  let signOfLife: SignOfLife
  let logger: Logger
  let claims = ClaimWatch()
  /// Nil where nobody asks.
  var metrics: WorkerMetrics?

  private var held: HeldJobs { starter.held }

  func run() async throws {
    do { try await check.run() } catch {
      gate.refuse()
      throw error
    }
    gate.open()
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { services in
        services.addTask { await renewLeases() }
        services.addTask { await offerNothingWhenFull() }
        await withTaskGroup(of: Void.self) { waking in
          waking.addTask { try? await wakeConnection.run() }
          await pull()
          waking.cancelAll()
          await drain()
        }
        services.cancelAll()
      }
    } onGracefulShutdown: {
      held.stop()
    }
    try? await queue.leave(worker: name)
  }

  // MARK: - Pulling

  private func pull() async {
    let signal = WorkSignal(of: queue, redis: wakeConnection)
    var pause = Duration.zero
    var wait = Duration.zero
    while !held.isStopping, !Task.isCancelled {
      do throws(QueueError) {
        // A wake-up is only taken with room for what it tells of, or an idle worker would miss it. Jobs that are
        // handed over meanwhile may take that room: the claim then takes nothing and passes the wake-up on.
        guard await held.waitForRoom() else { return }
        if wait > .zero { try await signal.wait(atMost: wait) }
        if pace.rest > .zero { try? await Task.sleep(for: pace.rest) }
        if held.isStopping { return }
        let claim = try await claim()
        wait = claim.hasMore ? .zero : max(claim.nextDue ?? WorkSignal.longestWait, .milliseconds(1))
        pause = .zero
        // The room that there was is taken by jobs on their way.
        if claim.hasMore, claim.jobs.isEmpty { try? await Task.sleep(for: .milliseconds(1)) }
      } catch {
        // A wake-up may have gone into a dead connection, so the next step is a claim and not another wait.
        wait = .zero
        pause = min(max(pause * 2, .milliseconds(50)), .seconds(1))
        try? await Task.sleep(for: pause)
      }
    }
  }

  private func claim() async throws(QueueError) -> Claim {
    let room = held.room
    let claim: Claim
    do {
      claim = try await queue.claim(
        room.free, worker: name, atMost: Self.claimSize, offer: room.offer, heard: room.heard)
      claims.succeeded(logger: logger)
    } catch {
      claims.failed(error, logger: logger)
      throw error
    }
    for job in claim.jobs {
      metrics?.claimed(job)
      starter.start(job)
    }
    // The subscription has ended meanwhile, and with it the offer that this claim may have made anew.
    if let offer = room.offer, offer != held.offer { _ = try await queue.withdraw(offer) }
    return claim
  }

  /// Once the worker holds as much of answers as it may, no job is handed over. The claim that comes when there is room
  /// again offers anew.
  private func offerNothingWhenFull() async {
    for await _ in held.overflows {
      // Without Redis nothing is handed over either.
      if let offer = held.offer { _ = try? await queue.withdraw(offer) }
      logger.notice(
        "the answers that are held fill WORKER_ANSWER_BYTES; jobs are left in the queue meanwhile")
    }
  }

  // MARK: - Leases

  /// Renews at a steady pace, also with nothing to renew: it is the worker's sign of life.
  private func renewLeases() async {
    while !Task.isCancelled {
      let renewal = try? await queue.renew(held.leases, worker: name)
      if let renewal {
        if !claims.isStuck() { signOfLife.show() }
        stopWork(renewal)
      }
      // While Redis does not answer this fails at once; the leases are to be renewed as soon as it does.
      try? await Task.sleep(for: renewal == nil ? Self.renewalPause : JobQueue.renewalInterval)
    }
  }

  /// Leaves alone what has ended, or is about to, since the renewal was sent.
  private func stopWork(_ renewal: Renewal) {
    held.cancel(held.working(under: renewal.over))
    let lost = held.working(under: renewal.lost)
    guard !lost.isEmpty else { return }
    logger.warning("leases were lost; their jobs are left to others", metadata: ["jobs": "\(lost.count)"])
    held.cancel(lost)
  }

  // MARK: - Draining

  private func drain() async {
    await withdrawOffer()
    let remaining = held.leases.count
    if remaining > 0 { logger.info("draining", metadata: ["jobs": "\(remaining)"]) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await held.waitUntilEmpty() }
      group.addTask {
        guard (try? await Task.sleep(for: drainTimeout)) != nil else { return }
        held.giveUp()
        // Calls are aborted at once, and it is known then what they have bought.
        try? await Task.sleep(for: Self.abortTime)
      }
      await group.next()
      held.close()
      await giveBack()
      group.cancelAll()
    }
  }

  /// From now on no job is handed over. Those on their way are waited for, unless they cannot come.
  private func withdrawOffer() async {
    guard let offer = held.offer else { return }
    if (try? await queue.withdraw(offer)) != true { held.closeOffer() }
  }

  private func giveBack() async {
    held.giveUp()
    let (leases, purchases) = held.remains
    guard !leases.isEmpty else { return }
    do {
      try await queue.release(leases, bought: purchases)
      logger.info("jobs were given back to the queue", metadata: ["jobs": "\(leases.count)"])
    } catch {
      logger.warning("jobs could not be given back; they return when their leases end")
    }
  }
}
