import NIOCore
import Shared

/// Takes submissions to the queue and waits for their ends: what `/query` and `/jobs` have in common.
struct JobDesk: Sendable {
  let queue: JobQueue
  let judge: RequestJudge
  let admissions: PerEventLoop<StepBatcher<Admission, AdmissionOutcome>>
  let board: ReplyBoard
  let feeds: EventBoard
  let receipts: Receipts
  let lost: LostJobs
  let channels: PerEventLoop<ReplyChannel>
  /// Where the timers of waiting requests run.
  let eventLoops: any EventLoopGroup
  /// Where it is noted whom requests name as their users.
  var users: UserLog?
  /// Which of clients' headers stand in usage records.
  var recordedHeaders = RecordedHeaders.none

  /// Where who asks now is told of jobs' ends.
  var channel: String { channels.current.name }

  /// A job of what a client orders: ``PendingJob``. With `isAwaited`, this process is told of the job's events and end.
  func job(
    of order: JobOrder, by client: Client, idempotencyKey: String?, isAwaited: Bool, recordsCacheHit: Bool
  ) async throws(Problem) -> PendingJob {
    func job(by client: Client) throws(Problem) -> PendingJob {
      try PendingJob(
        order, by: client, idempotencyKey: idempotencyKey, channel: isAwaited ? channel : nil,
        recordsCacheHit: recordsCacheHit, judge: judge)
    }
    do throws(Problem) { return try job(by: client) } catch {
      // What is known may be old: nobody is refused by that.
      let current = try await judge.current(client)
      guard current.policy.version != client.policy.version else { throw error }
      return try job(by: current)
    }
  }

  /// Takes a job in. Throws ``Problem`` for every refusal.
  ///
  /// What was asked stands in the queue then, so it is taken out of the job: a call can wait long for its answer,
  /// and many do.
  func admit(_ job: PendingJob, of call: Call) async throws(Problem) -> Admitted {
    guard let trace = call.trace else { return try await takeIn(job, of: call) }
    return try await trace.admitting(job) { (job) throws(Problem) in try await takeIn(job, of: call) }
  }

  private func takeIn(_ job: PendingJob, of call: Call) async throws(Problem) -> Admitted {
    defer {
      job.isSettled()
      call.hold.release()
    }
    if let id = job.replays { return noted(.replayed(id), job, call) }
    for _ in 0..<RequestJudge.mostTimes {
      let outcome: AdmissionOutcome
      do { outcome = try await admissions.current.perform(job.admission) } catch {
        throw failure(error, of: job)
      }
      guard case .stale(let now) = outcome else {
        return noted(try admitted(job, outcome), job, call)
      }
      judge.ring.clock.heard(now)
      try await job.judgeAnew(by: judge)
    }
    throw .unavailable(.recordsChange, retryAfter: .seconds(1))
  }

  /// What is told of a job that was not seen to be taken in. One that Redis was sent, and did not answer, may stand in the
  /// queue all the same: who sent it again at once would pay for it twice.
  private func failure(_ error: QueueError, of job: PendingJob) -> Problem {
    guard error.mayHaveHappened else { return Problem(error) }
    leave(job)
    return .unanswered(job.admission.id, isExact: job.admission.idempotency != nil)
  }

  /// Its caller does not wait for it.
  private func leave(_ job: PendingJob) {
    if job.admission.replyChannel != nil { receipts.note(job.admission.id, isReceived: false) }
  }

  private func noted(_ admitted: Admitted, _ job: PendingJob, _ call: Call) -> Admitted {
    call.trail.note(admitted, of: job)
    if let user = job.admission.demand.user { users?.note(TenantUser(user, of: job.admission.tenant)) }
    return admitted
  }

  private func admitted(_ job: PendingJob, _ outcome: AdmissionOutcome) throws(Problem) -> Admitted {
    let usesCache = job.admission.cache != .off && queue.retention.cache > .zero
    switch outcome {
    case .admitted(let created, let sharesCall, let limits):
      return .queued(created: created, sharesCall ? .coalesced : usesCache ? .miss : .off, limits)
    case .putOff(let created, let limits):
      job.isPutOff = true
      return .queued(created: created, usesCache ? .miss : .off, limits)
    case .cached(let source, let result, let created, let limits):
      return .answered(source: source, result: result, created: created, limits)
    case .replayed(let id): return .replayed(id)
    case .keyReused: throw .conflict(.idempotencyKeyReused)
    case .limited(let rate, let retryAfter, let limits):
      throw job.refusal(.rate(rate, after: retryAfter), limits)
    case .full(.limit(let queued)): throw job.refusal(.queued(queued, isAlone: false))
    case .full(.tenant): throw .tenantQueueIsFull(retryAfter: .seconds(5))
    case .full(.queue): throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    case .overBudget(let budget): throw job.refusal(.budget(budget, isAlone: false))
    case .conversation(let refusal): throw Problem(refusal, of: job.admission.kept?.conversation?.id)
    case .stale: throw .unavailable(.recordsChange, retryAfter: .seconds(1))
    case .unacknowledged:
      leave(job)
      throw .unacknowledged(isExact: job.admission.idempotency != nil)
    }
  }

  /// A job that the client may read; throws ``Problem/jobNotFound`` when there is none.
  func read(_ id: JobID, for client: Client, announced: Bool = false) async throws(Problem) -> (
    job: JobResource, limit: RateLimitStates?
  ) {
    let record: JobRecord?
    let limit: RateLimitStates
    do {
      (record, limit) = try await queue.read(
        id, tenant: client.tenant, announceTo: announced ? channel : nil,
        limits: client.reported(at: judge.ring.clock.now))
    } catch { throw Problem(error) }
    guard let record, client.mayRead(madeBy: record.key) else { throw .jobNotFound }
    return (JobResource(record), limit)
  }

  /// A tenant's job. While Redis is away, who reads a stream waits; throws ``Problem`` for any other reason.
  func readOnceReachable(_ id: JobID, for client: Client) async throws -> JobResource {
    while true {
      do throws(Problem) { return try await read(id, for: client).job } catch {
        guard case .unavailable = error else { throw error }
      }
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// A tenant's job once it has ended, or as it is when the wait is over.
  func read(_ id: JobID, for client: Client, waiting wait: Duration) async throws(Problem) -> (
    job: JobResource, limit: RateLimitStates?
  ) {
    guard wait > .zero else { return try await read(id, for: client) }
    let expectation = board.expect(id)
    defer { board.forget(expectation) }
    let now = try await read(id, for: client, announced: true)
    expectation.isThere(created: now.job.created)
    if now.job.state.isTerminal { return now }
    _ = await end(of: expectation, within: wait)
    return try await readAfterWait(id, for: client, lastSeen: now.job)
  }

  /// A tenant's job once its caller has waited. When Redis is away at that moment, the job goes on all the same: it is
  /// told as it was last seen.
  func readAfterWait(_ id: JobID, for client: Client, lastSeen: JobResource) async throws(Problem) -> (
    job: JobResource, limit: RateLimitStates?
  ) {
    do throws(Problem) { return try await read(id, for: client) } catch {
      guard case .unavailable = error else { throw error }
      return (lastSeen, nil)
    }
  }

  /// The events of a tenant's job behind number `last`, for as long as the reader is held. One whose client cannot
  /// go on elsewhere is read to its end while the process stops.
  func reader(
    of id: JobID, after last: Int = 0, for client: Client, isResumable: Bool = true
  ) -> EventReader {
    EventReader(
      feeds.open(id, after: last, isResumable: isResumable), after: last, client: client, desk: self)
  }

  /// Ends a tenant's job; throws ``Problem`` when there is none or it has ended already.
  func cancel(_ id: JobID, for client: Client) async throws(Problem) -> JobResource {
    // Whose it is does not change.
    if !client.readsTenant { _ = try await read(id, for: client) }
    let cancellation: Cancellation
    do { cancellation = try await queue.cancel(id, tenant: client.tenant) } catch { throw Problem(error) }
    switch cancellation {
    case .absent: throw .jobNotFound
    case .hasEnded(let state): throw .conflict(.jobHasEnded(state))
    case .cancelled: return try await read(id, for: client).job
    }
  }

  /// The end of a job that was admitted for its caller, who waits: ``end(of:within:)``. Whether he has it then is told to
  /// the queue where it cannot know that.
  func ownEnd(of expectation: Expectation, within wait: Duration) async -> JobEnd? {
    guard let end = await expectation.end(within: wait, on: eventLoops.any()) else {
      receipts.note(expectation.id, isReceived: false)
      return nil
    }
    if end.isWhole { return end }
    let whole = try? await queue.end(of: end.id)
    receipts.note(end.id, isReceived: whole != nil)
    return whole
  }

  /// The end of an expected job with its body, or nil when it does not come in time. One whose body is too large to be
  /// told is read; while that cannot be done, it has not come.
  func end(of expectation: Expectation, within wait: Duration) async -> JobEnd? {
    guard let end = await expectation.end(within: wait, on: eventLoops.any()) else { return nil }
    if end.isWhole { return end }
    return try? await queue.end(of: end.id)
  }
}

/// What became of a submission that was not refused.
enum Admitted: Sendable {
  case queued(created: Int64, CacheStatus, RateLimitStates?)
  case answered(source: JobID, result: ByteBuffer, created: Int64, RateLimitStates?)
  /// An earlier job with the same idempotency key.
  case replayed(JobID)
}

/// What `X-Cache` says.
enum CacheStatus: String, Sendable {
  case hit
  case miss
  case coalesced
  case off
}

extension PendingJob {
  /// Which limit or budget refuses it, and whose that is.
  fileprivate func refusal(_ cause: LimitRefusal.Cause, _ limits: RateLimitStates? = nil) -> Problem {
    .limitReached(client.policy.refusal(cause, user: admission.demand.user), limits)
  }
}

extension Problem {
  /// What a client is told when a step of the queue did not happen.
  init(_ error: QueueError) {
    switch error {
    case .outOfMemory(let use): self = .unavailable(.redisIsFull(of: use?.phrase), retryAfter: .seconds(5))
    case .redis(.replied(_, _, let message)) where RedisErrorReason(message: message) == .noReplicas:
      self = .unavailable(.tooFewReplicas, retryAfter: .seconds(1))
    case .redis:
      self = .unavailable(error.refusal.map { .redisRefuses($0) } ?? .redisIsAway, retryAfter: .seconds(1))
    case .unacknowledged: self = .changeUnacknowledged
    case .mayEvict: self = .unavailable(.notReady(error.reason), retryAfter: .seconds(1))
    case .unexpectedReply: self = .internalError
    }
  }

  /// The same of a step that makes or adds something, and would do so twice if it were repeated.
  static func adding(_ error: QueueError) -> Problem {
    error.mayHaveHappened ? .additionUnacknowledged : Problem(error)
  }
}
