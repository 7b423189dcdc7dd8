import Shared

extension JobRoutes {
  var submission: RouteDescription {
    RouteDescription(
      method: .post, path: "/jobs", summary: "Enqueue a job",
      description: "Answers at once; the job is kept on disk and runs when a worker has room for it.",
      group: "Jobs",
      parameters: [RouteParameters.idempotencyKey, RouteParameters.cache, RouteParameters.user],
      requestBody: RequestBodyDescription(
        name: "JobRequest", schema: schema.openAPISchema,
        example: ["prompt": "Why is the sky blue?", "metadata": ["ticket": "4711"]]),
      responses: [
        ResponseDescription(
          status: .accepted, description: "The job is taken in.",
          schema: AnswerSchema.reference("JobResource"),
          headers: [AnswerHeaders.location, AnswerHeaders.cache]),
        ResponseDescription(
          status: .ok, description: "An earlier request with this idempotency key made the job.",
          schema: AnswerSchema.reference("JobResource"),
          headers: [AnswerHeaders.location, AnswerHeaders.replayed]),
      ],
      problems: ProblemKind.ofBodies + [
        .unauthorized, .budgetExceeded, .forbidden, .conflict, .validation, .rateLimited, .unavailable,
        .unacknowledged,
      ],
      access: .asking)
  }

  var reading: RouteDescription {
    RouteDescription(
      method: .get, path: "/jobs/{id}", summary: "Read a job",
      description: "With `wait`, answers when the job has ended or the wait is over, whichever is first.",
      group: "Jobs", parameters: [RouteParameters.jobID, WaitPreference.parameter],
      responses: [
        ResponseDescription(
          status: .ok, description: "The job.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .forbidden, .notFound, .validation, .unavailable], access: .jobs)
  }

  var cancellation: RouteDescription {
    RouteDescription(
      method: .delete, path: "/jobs/{id}", summary: "Cancel a job",
      description: """
        Ends the job whatever it is doing; the call to a provider that is under way is aborted, and its answer \
        thrown away. Other jobs that shared the call make their own.
        """,
      group: "Jobs", parameters: [RouteParameters.jobID],
      responses: [
        ResponseDescription(
          status: .ok, description: "The job, cancelled.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .forbidden, .notFound, .conflict, .unavailable, .unacknowledged],
      access: .scopes([.ask]))
  }

  var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/jobs", summary: "List jobs",
      description:
        "The tenant's jobs, the newest first; those that the key itself made where it lacks the scope `read`.",
      group: "Jobs", parameters: [RouteParameters.status, RouteParameters.limit, RouteParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of jobs.", schema: AnswerSchema.page(of: "JobResource"))
      ],
      problems: [.unauthorized, .forbidden, .validation, .unavailable], access: .jobs)
  }
}
