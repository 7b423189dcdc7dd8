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
        group: "Questions", parameters: [WaitPreference.parameter],
        requestBody: RequestBodyDescription(
          name: "QueryRequest", schema: schema.openAPISchema,
          example: ["prompt": "Why is the sky blue?", "max_tokens": 100]),
        responses: [
          ResponseDescription(
            status: .ok, description: "The answer.", schema: AnswerSchema.reference("QueryAnswer"),
            headers: [("X-Cache", "`hit`, `miss`, or `off` when the cache was not used.")]),
          ResponseDescription(
            status: .accepted, description: "The wait ended first; the job goes on.",
            schema: AnswerSchema.reference("JobResource"), headers: [("Location", "The job's path.")]),
        ],
        problems: [
          .invalidJSON, .unauthorized, .requestTimeout, .bodyTooLarge, .unsupportedMediaType, .validation,
          .rateLimited, .allProvidersFailed, .unavailable,
        ],
        requiresKey: true), handler: answer)
  }

  private func answer(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let wait = try call.wait() ?? defaultWait
    let submission = try await bodies.submission(call.request, schema)
    let admission = desk.admission(of: submission, by: client, isAwaited: true)
    let expectation = desk.board.expect(admission.id)
    defer { desk.board.forget(expectation) }
    switch try await desk.admit(admission) {
    case .cached(let source, let result, _, let limit):
      return answered(source, isCached: true, result, cache: "hit", limit)
    case .limited(let retryAfter, _):
      throw .rateLimited(retryAfter: retryAfter)
    case .full:
      throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    case .admitted(_, let limit):
      let cache = desk.usesCache(submission) ? "miss" : "off"
      if let end = await desk.end(of: expectation, within: wait) {
        return try reply(end.id, end.state, end.body, cache: cache, limit)
      }
      return try await unfinished(admission.id, client, cache: cache)
    }
  }

  private func answered(
    _ id: JobID, isCached: Bool, _ result: ByteBuffer, cache: String, _ limit: RateLimitState?
  ) -> Reply {
    Reply(
      .ok, json: QueryAnswer.json(id: id, isCached: isCached, result: result),
      headers: [.cacheStatus: cache], limit: limit)
  }

  private func reply(
    _ id: JobID, _ state: JobState, _ body: ByteBuffer, cache: String, _ limit: RateLimitState?
  ) throws(Problem) -> Reply {
    switch state {
    case .succeeded: return answered(id, isCached: false, body, cache: cache, limit)
    case .failed: throw .failed(storedError: body)
    case .cancelled: throw .conflict(.jobHasEnded(.cancelled))
    case .expired, .queued, .scheduled, .running: throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    }
  }

  /// The wait is over. The job may have ended all the same, when only the news of it was lost.
  private func unfinished(_ id: JobID, _ client: Client, cache: String) async throws(Problem) -> Reply {
    let (job, limit) = try await desk.read(id, for: client)
    if job.state.isTerminal {
      let body = job.result ?? job.failure ?? ByteBuffer()
      return try reply(id, job.state, body, cache: cache, limit)
    }
    return Reply(.accepted, json: job.json, headers: [.location: job.path], limit: limit)
  }
}
