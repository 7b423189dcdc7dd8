import HTTPTypes
import NIOCore
import Shared

/// A tenant's jobs: submit, read, list, cancel.
struct JobRoutes: Sendable {
  let desk: JobDesk
  let bodies: BodyReader
  let schema: BodySchema<Submission>

  var routes: [Route] {
    [
      Route(submission, handler: submit), Route(listing, handler: list), Route(reading, handler: read),
      Route(cancellation, handler: cancel),
    ]
  }

  // MARK: - POST /jobs

  private func submit(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let key = try call.idempotencyKey()
    let submission = try await bodies.read(call, as: schema)
    var admission = desk.admission(
      of: submission.order, by: client, idempotencyKey: key, isAwaited: false, recordsCacheHit: true)
    switch try await desk.admit(&admission, of: call) {
    case .queued(let created, let cache, let limit):
      return accepted(JobResource(admitted: admission, created: created), cache, limit)
    case .answered(_, let result, let created, let limit):
      return accepted(JobResource(answered: admission, created: created, result: result), .hit, limit)
    case .replayed(let id):
      let (job, limit) = try await desk.read(id, for: client)
      return Reply(
        .ok, json: job.json, headers: [.location: job.path, .idempotencyReplayed: "true"], limit: limit)
    }
  }

  private func accepted(_ job: JobResource, _ cache: CacheStatus, _ limit: RateLimitState?) -> Reply {
    Reply(
      .accepted, json: job.json, headers: [.location: job.path, .cacheStatus: cache.rawValue], limit: limit)
  }

  // MARK: - /jobs/{id}

  private func read(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let (job, limit) = try await desk.read(
      try call.jobID(), for: client, waiting: try call.wait() ?? .zero)
    return Reply(.ok, json: job.json, limit: limit)
  }

  private func cancel(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let job = try await desk.cancel(try call.jobID(), for: client)
    return Reply(.ok, json: job.json)
  }

  // MARK: - GET /jobs

  private func list(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let (state, cursor, size) = (try call.state(), try call.cursor(), try call.pageSize())
    let page: Page<JobRecord>
    do {
      page = try await desk.queue.list(tenant: client.tenant, state: state, before: cursor, count: size)
    } catch { throw Problem(error) }
    return Reply(.ok, json: PageJSON.render(page.elements.map { JobResource($0).json }, next: page.next))
  }
}
