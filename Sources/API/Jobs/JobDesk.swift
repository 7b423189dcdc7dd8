import NIOCore
import Shared

/// Takes submissions to the queue and waits for their ends: what `/query` and `/jobs` have in common.
struct JobDesk: Sendable {
  let queue: JobQueue
  let admissions: PerEventLoop<StepBatcher<Admission, AdmissionOutcome>>
  let board: ReplyBoard
  let feeds: EventBoard
  let receipts: Receipts
  let lost: LostJobs
  let channels: PerEventLoop<ReplyChannel>
  /// Where the timers of waiting requests run.
  let eventLoops: any EventLoopGroup

  /// Where who asks now is told of jobs' ends.
  var channel: String { channels.current.name }

  /// An admission of what a client orders. With `isAwaited`, this process is told of the job's events and end, and
  /// an answer from the cache needs no job of its own unless `recordsCacheHit`.
  func admission(
    of order: JobOrder, by client: Client, idempotencyKey: String?, isAwaited: Bool, recordsCacheHit: Bool
  ) -> Admission {
    let encoded = order.request.encoded()
    return Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: client.tenant, lane: order.lane,
      model: order.request.model, request: encoded,
      metadata: order.metadata.isEmpty ? nil : order.metadataJSON,
      weight: order.request.estimatedTokens, expiresIn: order.expiresIn, delay: order.delay,
      replyChannel: isAwaited ? channel : nil, callbackURL: order.callbackURL?.text,
      cache: order.cache.use { CacheKey.make(tenant: client.tenant, request: encoded) },
      recordsCacheHit: recordsCacheHit,
      idempotency: idempotencyKey.map {
        Idempotency(key: $0, tenant: client.tenant, order: order, request: encoded)
      },
      streaming: order.streaming, demand: client.demand)
  }

  /// Takes a job in. Throws ``Problem`` for every refusal.
  ///
  /// What was asked stands in the queue then, so it is taken out of the admission: a call can wait long for its answer,
  /// and many do.
  func admit(_ admission: inout Admission, of call: Call) async throws(Problem) -> Admitted {
    defer {
      admission.request = ByteBuffer()
      call.hold.release()
    }
    let outcome: AdmissionOutcome
    do { outcome = try await admissions.current.perform(admission) } catch { throw Problem(error) }
    switch outcome {
    case .admitted(let created, let sharesCall, let limits):
      let usesCache = admission.cache != .off && queue.retention.cache > .zero
      return .queued(created: created, sharesCall ? .coalesced : usesCache ? .miss : .off, limits.requests)
    case .cached(let source, let result, let created, let limits):
      return .answered(source: source, result: result, created: created, limits.requests)
    case .replayed(let id): return .replayed(id)
    case .keyReused: throw .conflict(.idempotencyKeyReused)
    case .limited(_, let retryAfter, _): throw .rateLimited(retryAfter: retryAfter)
    case .full(.tenant), .full(.limit): throw .tenantQueueIsFull(retryAfter: .seconds(5))
    case .full(.queue): throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    // No request is judged by records, and none has a budget.
    case .overBudget, .stale: throw .internalError
    case .unacknowledged:
      // Its caller does not wait for it.
      if admission.replyChannel != nil { receipts.note(admission.id, isReceived: false) }
      throw .unacknowledged(isExact: admission.idempotency != nil)
    }
  }

  /// A tenant's job; throws ``Problem/jobNotFound`` when there is none.
  func read(_ id: JobID, for client: Client, announced: Bool = false) async throws(Problem) -> (
    job: JobResource, limit: RateLimitState?
  ) {
    let record: JobRecord?
    let limits: RateLimitStates
    do {
      (record, limits) = try await queue.read(
        id, tenant: client.tenant, announceTo: announced ? channel : nil, limits: client.limits)
    } catch { throw Problem(error) }
    guard let record else { throw .jobNotFound }
    return (JobResource(record), limits.requests)
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
    job: JobResource, limit: RateLimitState?
  ) {
    guard wait > .zero else { return try await read(id, for: client) }
    let expectation = board.expect(id)
    defer { board.forget(expectation) }
    let now = try await read(id, for: client, announced: true)
    expectation.isThere()
    if now.job.state.isTerminal { return now }
    _ = await end(of: expectation, within: wait)
    return try await readAfterWait(id, for: client, lastSeen: now.job)
  }

  /// A tenant's job once its caller has waited. When Redis is away at that moment, the job goes on all the same: it is
  /// told as it was last seen.
  func readAfterWait(_ id: JobID, for client: Client, lastSeen: JobResource) async throws(Problem) -> (
    job: JobResource, limit: RateLimitState?
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
  case queued(created: Int64, CacheStatus, RateLimitState?)
  case answered(source: JobID, result: ByteBuffer, created: Int64, RateLimitState?)
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

extension CacheMode {
  fileprivate func use(_ key: () -> String) -> CacheUse {
    switch self {
    case .use: .use(key: key())
    case .refresh: .refresh(key: key())
    case .off: .off
    }
  }
}

extension Problem {
  /// What a client is told when a step of the queue did not happen.
  init(_ error: QueueError) {
    switch error {
    case .outOfMemory(let use): self = .unavailable(.redisIsFull(of: use?.phrase), retryAfter: .seconds(5))
    case .redis(.replied(_, _, let message)) where RedisErrorReason(message: message) == .noReplicas:
      self = .unavailable(.tooFewReplicas, retryAfter: .seconds(1))
    case .redis: self = .unavailable(.redisIsAway, retryAfter: .seconds(1))
    case .unexpectedReply: self = .internalError
    }
  }
}
