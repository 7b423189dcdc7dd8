import NIOCore
import Shared

/// Takes submissions to the queue and waits for their ends: what `/query` and `/jobs` have in common.
struct JobDesk: Sendable {
  let queue: JobQueue
  let board: ReplyBoard
  /// The channel on which this process is told of jobs' ends.
  let channel: String
  /// Where the timers of waiting requests run.
  let eventLoops: any EventLoopGroup

  /// An admission of what a client submitted. With `isAwaited`, this process is told of the job's end.
  func admission(of submission: Submission, by client: Client, isAwaited: Bool) -> Admission {
    let request = submission.jobRequest
    let encoded = request.encoded()
    return Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: client.tenant, lane: submission.lane,
      model: request.model, request: encoded,
      metadata: submission.metadata.isEmpty ? nil : submission.metadataJSON,
      weight: request.estimatedTokens, expiresIn: submission.expiresIn,
      replyChannel: isAwaited ? channel : nil,
      cache: submission.cache.use { CacheKey.make(tenant: client.tenant, request: encoded) },
      recordsCacheHit: !isAwaited, limits: client.limits)
  }

  /// Whether the cache has a part in answering this.
  func usesCache(_ submission: Submission) -> Bool {
    submission.cache != .off && queue.retention.cache > .zero
  }

  func admit(_ admission: Admission) async throws(Problem) -> AdmissionOutcome {
    do { return try await queue.admit(admission) } catch { throw Problem(error) }
  }

  /// A tenant's job; throws ``Problem/jobNotFound`` when there is none.
  func read(_ id: JobID, for client: Client, announced: Bool = false) async throws(Problem) -> (
    job: JobResource, limit: RateLimitState?
  ) {
    do {
      let (record, limit) = try await queue.read(
        id, tenant: client.tenant, announceTo: announced ? channel : nil, limits: client.limits)
      guard let record else { throw Problem.jobNotFound }
      return (JobResource(record), limit)
    } catch let error as QueueError {
      throw Problem(error)
    } catch {
      throw .jobNotFound
    }
  }

  /// The end of an expected job, or nil when it does not come in time.
  func end(of expectation: Expectation, within wait: Duration) async -> JobEnd? {
    await expectation.end(within: wait, on: eventLoops.any())
  }
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
    case .outOfMemory: self = .unavailable(.queueIsFull, retryAfter: .seconds(5))
    case .redis: self = .unavailable(.redisIsAway, retryAfter: .seconds(1))
    case .unexpectedReply: self = .internalError
    }
  }
}
