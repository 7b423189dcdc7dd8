import HTTPTypes
import Shared

/// `GET /jobs/{id}/events`: what happens to a job, while it happens and again afterwards.
struct EventRoute: Sendable {
  let desk: JobDesk

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/jobs/{id}/events", summary: "Watch a job",
        description: """
          Server-sent events, numbered from 1: `status` (the job), `delta` (`{"text": …}`), `restart` (the deltas \
          so far do not count), `error` (why it failed) and at the end `done` (the job). Come back with \
          `Last-Event-ID` or `after` to go on where you were, also after the job has ended and through any API \
          process. The texts of all deltas together are the answer.
          """,
        group: "Jobs",
        parameters: [RouteParameters.jobID, RouteParameters.after, RouteParameters.lastEventID],
        responses: [
          ResponseDescription(status: .ok, description: "The events.", contentType: "text/event-stream")
        ],
        problems: [.unauthorized, .forbidden, .notFound, .gone, .validation, .unavailable], access: .jobs),
      handler: watch)
  }

  private func watch(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let id = try call.jobID()
    let after = try call.lastEvent()
    // Whether there is such a job is said by the status, so it is looked for before the stream begins.
    let (job, limit) = try await desk.read(id, for: client)
    if job.areEventsGone { throw .gone(.events(id)) }
    let events = JobEventStream(
      desk: desk, client: client, stream: EventStream(channel: call.channel, trail: call.trail))
    return Reply(
      .ok,
      content: .stream { writer in
        try await events.write(of: job, desk.reader(of: id, after: after, for: client), to: &writer)
      }, headers: EventStream.headers, limit: limit)
  }
}
