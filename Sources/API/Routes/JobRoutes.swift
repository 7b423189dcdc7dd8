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
      Route(submission, handler: Asking(desk: desk).handler(reading: question)),
      Route(listing, handler: list), Route(reading, handler: read),
      Route(cancellation, handler: cancel),
    ]
  }

  // MARK: - POST /jobs

  private func question(_ call: Call) async throws(Problem) -> Question {
    var submission = try await bodies.read(call, as: schema)
    submission.cache = try call.cacheWish() ?? submission.cache
    return Question(order: submission.order, form: .native, wait: nil)
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
    // A page of what one key made may be short before the end.
    let jobs = page.elements.filter { client.mayRead(madeBy: $0.key) }.map { JobResource($0).json }
    return Reply(.ok, json: PageJSON.render(jobs, next: page.next))
  }
}
