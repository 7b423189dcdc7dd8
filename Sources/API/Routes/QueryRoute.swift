import HTTPTypes
import NIOCore
import Shared

/// `POST /query`: ask and wait.
struct QueryRoute: Sendable {
  let desk: JobDesk
  let bodies: BodyReader
  let schema: BodySchema<Submission>
  let defaultWait: Duration

  var route: Route {
    Route(
      RouteDescription(
        method: .post, path: "/query", summary: "Ask and wait for the answer",
        description: """
          Puts the question into the queue as a job and waits for its answer. When the wait ends first, the \
          job goes on and is answered under `/jobs/{id}`. A client that hangs up does not cancel it.
          """,
        group: "Questions", parameters: [WaitPreference.parameter, RouteParameters.idempotencyKey],
        requestBody: RequestBodyDescription(
          name: "QueryRequest", schema: schema.openAPISchema,
          example: ["prompt": "Why is the sky blue?", "max_tokens": 100]),
        responses: [
          ResponseDescription(
            status: .ok, description: "The answer.", schema: AnswerSchema.reference("QueryAnswer"),
            headers: [AnswerHeaders.cache, AnswerHeaders.replayed]),
          ResponseDescription(
            status: .ok,
            description:
              "With `stream`, or `Accept: text/event-stream`: the events of the job while it runs.",
            contentType: "text/event-stream"),
          ResponseDescription(
            status: .accepted, description: "The wait ended first; the job goes on.",
            schema: AnswerSchema.reference("JobResource"),
            headers: [AnswerHeaders.location, AnswerHeaders.cache, AnswerHeaders.replayed]),
        ],
        problems: ProblemKind.ofBodies + [
          .unauthorized, .forbidden, .conflict, .validation, .rateLimited, .allProvidersFailed, .unavailable,
        ],
        access: .tenant), handler: answer)
  }

  private func answer(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let wait = try call.wait() ?? defaultWait
    let key = try call.idempotencyKey()
    var submission = try await bodies.read(call, as: schema)
    submission.stream = submission.stream || call.acceptsEvents
    if submission.stream { return try await stream(submission, by: client, key, call) }
    var admission = desk.admission(
      of: submission.order, by: client, idempotencyKey: key, isAwaited: true, recordsCacheHit: false)
    let expectation = desk.board.expect(admission.id)
    defer { desk.board.forget(expectation) }
    switch try await desk.admit(&admission, of: call) {
    case .answered(let source, let result, _, let limit):
      // With an idempotency key the answer became a job of its own, to be replayed.
      let id = key == nil ? source : admission.id
      return answered(id, isCached: true, result, [.cacheStatus: "hit"], limit)
    case .replayed(let id):
      let (job, limit) = try await desk.read(id, for: client, waiting: wait)
      return try reply(job, [.idempotencyReplayed: "true"], limit)
    case .queued(_, let cache, let limit):
      let headers: HTTPFields = [.cacheStatus: cache.rawValue]
      if let end = await desk.end(of: expectation, within: wait) {
        return try reply(end.id, end.state, end.body, isCached: false, headers, limit)
      }
      // The job may have ended all the same, when only the news of it was lost.
      let (job, limit) = try await desk.read(admission.id, for: client)
      return try reply(job, headers, limit)
    }
  }

  /// The answer as the job's events, while it comes.
  private func stream(
    _ submission: Submission, by client: Client, _ key: String?, _ call: Call
  ) async throws(Problem) -> Reply {
    // A stream has a place to come back to, also when the cache has the answer.
    var admission = desk.admission(
      of: submission.order, by: client, idempotencyKey: key, isAwaited: true, recordsCacheHit: true)
    var headers = EventStream.headers
    let job: JobResource
    let limit: RateLimitState?
    switch try await desk.admit(&admission, of: call) {
    case .queued(let created, let cache, let state):
      headers[.cacheStatus] = cache.rawValue
      (job, limit) = (JobResource(admitted: admission, created: created), state)
    case .answered(_, let result, let created, let state):
      headers[.cacheStatus] = CacheStatus.hit.rawValue
      (job, limit) = (JobResource(answered: admission, created: created, result: result), state)
    case .replayed(let id):
      headers[.idempotencyReplayed] = "true"
      (job, limit) = try await desk.read(id, for: client)
    }
    headers[.location] = job.path
    let events = JobEventStream(desk: desk, client: client, stream: EventStream(channel: call.channel))
    return Reply(
      .ok,
      content: .stream { writer in
        try await events.write(of: job, desk.reader(of: job.id, for: client), to: &writer)
      }, headers: headers, limit: limit)
  }

  private func reply(
    _ job: JobResource, _ headers: HTTPFields, _ limit: RateLimitState?
  ) throws(Problem) -> Reply {
    if job.state.isTerminal {
      let body = job.result ?? job.failure ?? ByteBuffer()
      return try reply(job.id, job.state, body, isCached: job.isCached, headers, limit)
    }
    var headers = headers
    headers[.location] = job.path
    return Reply(.accepted, json: job.json, headers: headers, limit: limit)
  }

  private func reply(
    _ id: JobID, _ state: JobState, _ body: ByteBuffer, isCached: Bool, _ headers: HTTPFields,
    _ limit: RateLimitState?
  ) throws(Problem) -> Reply {
    switch state {
    case .succeeded: return answered(id, isCached: isCached, body, headers, limit)
    case .failed: throw .failed(storedError: body)
    case .cancelled: throw .conflict(.jobHasEnded(.cancelled))
    case .expired, .queued, .scheduled, .running: throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    }
  }

  private func answered(
    _ id: JobID, isCached: Bool, _ result: ByteBuffer, _ headers: HTTPFields, _ limit: RateLimitState?
  ) -> Reply {
    Reply(
      .ok, json: QueryAnswer.json(id: id, isCached: isCached, result: result), headers: headers, limit: limit)
  }
}
