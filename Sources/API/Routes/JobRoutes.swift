import HTTPTypes
import NIOCore
import Shared

/// `POST /jobs` and `GET /jobs/{id}`: enqueue, and come back for the answer.
struct JobRoutes: Sendable {
  let desk: JobDesk
  let bodies: BodyReader
  let schema: BodySchema<Submission>

  var routes: [Route] { [Route(submission, handler: submit), Route(reading, handler: read)] }

  // MARK: - POST /jobs

  private var submission: RouteDescription {
    RouteDescription(
      method: .post, path: "/jobs", summary: "Enqueue a job",
      description: "Answers at once; the job is kept on disk and runs when a worker has room for it.",
      group: "Jobs",
      requestBody: RequestBodyDescription(
        name: "JobRequest", schema: schema.openAPISchema,
        example: ["prompt": "Why is the sky blue?", "metadata": ["ticket": "4711"]]),
      responses: [
        ResponseDescription(
          status: .accepted, description: "The job is taken in.",
          schema: AnswerSchema.reference("JobResource"),
          headers: [
            ("Location", "The job's path."),
            ("X-Cache", "`hit`, `miss`, or `off` when the cache was not used."),
          ])
      ],
      problems: [
        .invalidJSON, .unauthorized, .requestTimeout, .bodyTooLarge, .unsupportedMediaType, .validation,
        .rateLimited, .unavailable,
      ],
      requiresKey: true)
  }

  private func submit(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let submission = try await bodies.submission(call.request, schema)
    let admission = desk.admission(of: submission, by: client, isAwaited: false)
    switch try await desk.admit(admission) {
    case .admitted(let created, let limit):
      let job = JobResource(admitted: admission, created: created)
      return accepted(job, cache: desk.usesCache(submission) ? "miss" : "off", limit)
    case .cached(_, let result, let created, let limit):
      let job = JobResource(answered: admission, created: created, result: result)
      return accepted(job, cache: "hit", limit)
    case .limited(let retryAfter, _):
      throw .rateLimited(retryAfter: retryAfter)
    case .full:
      throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    }
  }

  private func accepted(_ job: JobResource, cache: String, _ limit: RateLimitState?) -> Reply {
    Reply(
      .accepted, json: job.json, headers: [.location: job.path, .cacheStatus: cache], limit: limit)
  }

  // MARK: - GET /jobs/{id}

  private var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/jobs/{id}", summary: "Read a job",
      description: "With `wait`, answers when the job has ended or the wait is over, whichever is first.",
      group: "Jobs",
      parameters: [
        ParameterDescription(
          name: "id", location: .path, schema: ["type": "string"], description: "The job's id."),
        WaitPreference.parameter,
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "The job.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .notFound, .validation, .unavailable], requiresKey: true)
  }

  private func read(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let id = try call.jobID()
    let wait = try call.wait() ?? .zero
    guard wait > .zero else {
      let (job, limit) = try await desk.read(id, for: client)
      return Reply(.ok, json: job.json, limit: limit)
    }
    let expectation = desk.board.expect(id)
    defer { desk.board.forget(expectation) }
    let (job, limit) = try await desk.read(id, for: client, announced: true)
    if job.state.isTerminal { return Reply(.ok, json: job.json, limit: limit) }
    _ = await desk.end(of: expectation, within: wait)
    let (later, _) = try await desk.read(id, for: client)
    return Reply(.ok, json: later.json, limit: limit)
  }
}
