import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// The one way to ask: what lies between a request that has been read and the answer that is written, for all routes that
/// ask. Idempotency, admission, a hit, a replay, waiting, a client that hangs up, headers and errors are here.
struct Asking: Sendable {
  let desk: JobDesk

  /// A handler that reads a question and answers it.
  func handler(
    reading read: @escaping @Sendable (Call) async throws(Problem) -> Question
  ) -> @Sendable (Call) async throws(Problem) -> Reply {
    { (call) throws(Problem) in
      guard let client = call.client else { throw .unauthorized }
      guard call.cancelsOnDisconnect else { return try await reply(to: call, by: client, reading: read) }
      return try await call.cancellingOnDisconnect(desk, client) { (call) throws(Problem) in
        try await reply(to: call, by: client, reading: read)
      }
    }
  }

  /// What is left of a question once it stands in an admission: what was asked can be large, and many wait for long.
  private struct Asked {
    let job: PendingJob
    let form: Question.Form
    let wait: Duration?
    let isStreamed: Bool
  }

  private func asked(
    _ question: Question, by client: Client, user: String?, idempotencyKey: String?, _ call: Call
  ) async throws(Problem) -> Asked {
    var question = question
    if let user { question.order.user = user }
    call.trail.asks(question.order.request, for: question.order.user)
    question.order.recordedHeaders = desk.recordedHeaders.values(in: call.request.headers)
    if desk.judge.catalogs.isSticky(question.order.request.model) {
      question.order.thread = ThreadDigest.make(
        of: question.order.request, tenant: client.tenant, session: call.session)
    }
    switch question.form {
    case .native, .later: break
    case .written, .streamed: question.order.mayBePutOff = false
    }
    let job = try await desk.job(
      of: question.order, by: client, idempotencyKey: idempotencyKey, isAwaited: question.wait != nil,
      recordsCacheHit: question.recordsCacheHit)
    job.replays = question.replays
    return Asked(job: job, form: question.form, wait: question.wait, isStreamed: question.isStreamed)
  }

  private func reply(
    to call: Call, by client: Client, reading read: (Call) async throws(Problem) -> Question
  ) async throws(Problem) -> Reply {
    let key = try call.idempotencyKey()
    let user = try call.user()
    let asked = try await asked(try await read(call), by: client, user: user, idempotencyKey: key, call)
    guard let wait = asked.wait else { return try await submit(asked.job, asked.form, by: client, call) }
    if asked.isStreamed {
      return try await AskingStream(desk: desk).reply(in: asked.form, asked.job, by: client, call)
    }
    return try await answer(asked.form, asked.job, by: client, call, within: wait)
  }

  // MARK: - Coming back

  private func submit(
    _ job: PendingJob, _ form: Question.Form, by client: Client, _ call: Call
  ) async throws(Problem) -> Reply {
    switch try await desk.admit(job, of: call) {
    case .queued(let created, let cache, let limit):
      desk.lost.accepted(job.admission.id, created: created)
      return accepted(job.resource(created: created), form, cache, limit)
    case .answered(_, let result, let created, let limit):
      return accepted(
        JobResource(answered: job.admission, created: created, result: result), form, .hit, limit)
    case .replayed(let id):
      let (job, limit) = try await desk.read(id, for: client)
      let headers: HTTPFields = [.location: job.path, .idempotencyReplayed: "true"]
      return Reply(.ok, json: Self.standing(job, form), headers: headers, limit: limit)
    }
  }

  private func accepted(
    _ job: JobResource, _ form: Question.Form, _ cache: CacheStatus, _ limit: RateLimitStates?
  ) -> Reply {
    var headers: HTTPFields = [.location: job.path, .cacheStatus: cache.rawValue]
    guard case .later = form else { return Reply(.accepted, json: job.json, headers: headers, limit: limit) }
    headers[.sluiceJob] = job.id.rawValue
    return Reply(.ok, json: Self.standing(job, form), headers: headers, limit: limit)
  }

  private static func standing(_ job: JobResource, _ form: Question.Form) -> ByteBuffer {
    guard case .later(let writer) = form else { return job.json }
    return writer.standing(job)
  }

  // MARK: - Waiting

  private func answer(
    _ form: Question.Form, _ pending: PendingJob, by client: Client, _ call: Call,
    within wait: Duration
  ) async throws(Problem) -> Reply {
    let expectation = desk.board.expect(pending.admission.id)
    defer { desk.board.forget(expectation) }
    let kept = desk.lost.keep(pending.admission)
    switch try await desk.admit(pending, of: call) {
    case .answered(let source, let result, let created, let limit):
      // With an idempotency key the answer became a job of its own, to be replayed, and so does a response that is kept.
      let isOwn = pending.admission.idempotency != nil || pending.admission.recordsCacheHit
      let id = isOwn ? pending.admission.id : source
      let ended = EndedJob(id: id, state: .succeeded, body: result, created: created, isCached: true)
      return try reply(ended, form, call, [.cacheStatus: CacheStatus.hit.rawValue], limit)
    case .replayed(let id):
      let (job, limit) = try await desk.read(id, for: client, waiting: wait)
      return try reply(job, form, call, [.idempotencyReplayed: "true"], limit)
    case .queued(let created, let cache, let limit):
      expectation.isThere(created: created, kept: kept)
      try await call.admitted(pending.admission.id, client, desk)
      let headers: HTTPFields = [.cacheStatus: cache.rawValue]
      if let end = await desk.ownEnd(of: expectation, within: wait) {
        let ended = EndedJob(id: end.id, state: end.state, body: end.body, created: created, isCached: false)
        return try reply(ended, form, call, headers, limit)
      }
      switch expectation.absence {
      case .lost: throw .unavailable(.jobIsLost, retryAfter: .seconds(1))
      case .gone: throw .gone(.answer(pending.admission.id))
      case nil: desk.lost.accepted(pending.admission.id, created: created)
      }
      // The job may have ended all the same, when only the news of it was lost.
      let (job, latest) = try await desk.readAfterWait(
        pending.admission.id, for: client,
        lastSeen: pending.resource(created: created))
      return try reply(job, form, call, headers, latest)
    }
  }

  private func reply(
    _ job: JobResource, _ form: Question.Form, _ call: Call, _ headers: HTTPFields, _ limit: RateLimitStates?
  ) throws(Problem) -> Reply {
    if job.state.isTerminal { return try reply(EndedJob(job), form, call, headers, limit) }
    guard case .native = form else { throw .waitIsOver(job.id) }
    var headers = headers
    headers[.location] = job.path
    return Reply(.accepted, json: job.json, headers: headers, limit: limit)
  }

  private func reply(
    _ job: EndedJob, _ form: Question.Form, _ call: Call, _ headers: HTTPFields, _ limit: RateLimitStates?
  ) throws(Problem) -> Reply {
    call.trail.ended(job.body)
    let body = try job.answer()
    var headers = headers
    switch form {
    case .native:
      headers.setDropped(StoredResult.dropped(in: body))
      return Reply(
        .ok, json: QueryAnswer.json(id: job.id, isCached: job.isCached, result: body), headers: headers,
        limit: limit)
    case .written(let writer): return try written(body, by: writer, job, call, headers, limit)
    case .streamed(let writer): return try written(body, by: writer, job, call, headers, limit)
    case .later(let writer): return try written(body, by: writer, job, call, headers, limit)
    }
  }

  private func written(
    _ body: ByteBuffer, by writer: any AnswerWriter, _ job: EndedJob, _ call: Call, _ headers: HTTPFields,
    _ limit: RateLimitStates?
  ) throws(Problem) -> Reply {
    guard let result = StoredResult(body) else { throw .internalError }
    var headers = headers
    headers[.sluiceJob] = job.id.rawValue
    headers.set(result)
    let answered = AnsweredJob(id: job.id, created: job.created, requestID: call.id)
    return Reply(.ok, json: try writer.whole(result, of: answered), headers: headers, limit: limit)
  }
}

extension Question {
  /// A stream has a place to come back to, also when the cache has the answer, and so has a job for later, and a response
  /// that is kept.
  fileprivate var recordsCacheHit: Bool {
    if order.kept != nil { return true }
    guard case .native = form else { return false }
    return wait == nil || isStreamed
  }
}
