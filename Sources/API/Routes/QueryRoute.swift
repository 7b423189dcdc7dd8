import HTTPTypes
import NIOCore
import Shared

/// `POST /query`: ask and wait.
struct QueryRoute: Sendable {
  let asking: Asking
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
        group: "Questions",
        parameters: [
          WaitPreference.parameter, RouteParameters.idempotencyKey, RouteParameters.cache,
          RouteParameters.user,
        ],
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
          .unauthorized, .budgetExceeded, .forbidden, .conflict, .gone, .validation, .rateLimited,
          .allProvidersFailed,
          .unavailable, .unacknowledged,
        ],
        access: .asking), handler: asking.handler(reading: read))
  }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? defaultWait
    var submission = try await bodies.read(call, as: schema)
    submission.stream = submission.stream || call.acceptsEvents
    submission.cache = try call.cacheWish() ?? submission.cache
    return Question(order: submission.order, form: .native, wait: wait)
  }
}
