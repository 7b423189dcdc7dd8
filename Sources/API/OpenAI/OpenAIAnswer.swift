import HTTPTypes
import NIOCore
import Shared

/// The whole answer to a job that one of OpenAI's routes has made, waited for.
struct OpenAIAnswer: Sendable {
  let job: JobID
  /// Unix milliseconds.
  let created: Int64
  let result: StoredResult
  let headers: HTTPFields
  let limit: RateLimitState?

  /// Admits and waits. Throws ``Problem`` when there is no answer, or none in time.
  static func of(
    _ admission: inout Admission, by client: Client, _ call: Call, desk: JobDesk, within wait: Duration
  ) async throws(Problem) -> OpenAIAnswer {
    let expectation = desk.board.expect(admission.id)
    defer { desk.board.forget(expectation) }
    var headers: HTTPFields = [:]
    switch try await desk.admit(&admission, of: call) {
    case .answered(let source, let result, let created, let limit):
      headers.setJob(source, .hit)
      return try OpenAIAnswer(source, .succeeded, result, created, headers, limit)
    case .replayed(let id):
      headers.setJob(id, nil)
      headers[.idempotencyReplayed] = "true"
      let (job, limit) = try await desk.read(id, for: client, waiting: wait)
      return try OpenAIAnswer(job, headers, limit)
    case .queued(let created, let cache, let limit):
      headers.setJob(admission.id, cache)
      try await call.admitted(admission.id, client, desk)
      if let end = await desk.end(of: expectation, within: wait) {
        return try OpenAIAnswer(end.id, end.state, end.body, created, headers, limit)
      }
      // The job may have ended all the same, when only the news of it was lost.
      let (job, latest) = try await desk.read(admission.id, for: client)
      return try OpenAIAnswer(job, headers, latest)
    }
  }

  private init(_ job: JobResource, _ headers: HTTPFields, _ limit: RateLimitState?) throws(Problem) {
    let body = job.result ?? job.failure ?? ByteBuffer()
    try self.init(job.id, job.state, body, job.created, headers, limit)
  }

  private init(
    _ job: JobID, _ state: JobState, _ body: ByteBuffer, _ created: Int64, _ headers: HTTPFields,
    _ limit: RateLimitState?
  ) throws(Problem) {
    switch state {
    case .succeeded: break
    case .failed: throw .failed(storedError: body)
    case .cancelled: throw .conflict(.jobHasEnded(.cancelled))
    case .expired: throw .conflict(.jobHasEnded(.expired))
    case .queued, .scheduled, .running: throw .waitIsOver(job)
    }
    guard let result = StoredResult(body) else { throw .internalError }
    self.job = job
    self.created = created
    self.result = result
    self.limit = limit
    var headers = headers
    headers.set(result)
    self.headers = headers
  }
}

extension HTTPFields {
  mutating func setJob(_ id: JobID, _ cache: CacheStatus?) {
    self[.sluiceJob] = id.rawValue
    self[.cacheStatus] = cache?.rawValue
  }

  /// Who answered, and how many were asked.
  mutating func set(_ result: StoredResult) {
    self[.sluiceProvider] = result.provider
    self[.sluiceAttempts] = String(result.attempts)
  }

  /// The same of an answer that has begun to come, by its first piece.
  mutating func setTarget(of events: [JobEvent]) {
    for case .delta(let delta) in events.map(\.kind) {
      self[.sluiceProvider] = delta.target?.provider
      self[.sluiceAttempts] = delta.attempts.map { String($0) }
      return
    }
  }
}
