import HTTPTypes
import Shared

@testable import API

/// Routes of every shape, for the tests of the documentation.
enum DocumentationFixture {
  static let routes = [
    RouteDescription(
      method: .post, path: "/query", summary: "Ask and wait",
      description: "Asks a model and waits for its answer. When the wait ends first, the job goes on.",
      group: "Questions", parameters: [WaitPreference.parameter],
      requestBody: RequestBodyDescription(
        name: "QueryRequest", schema: SubmissionFixture.query.openAPISchema,
        example: ["prompt": "Why is the sky blue?", "max_tokens": 128]),
      responses: [
        ResponseDescription(
          status: .ok, description: "The answer.", schema: AnswerSchema.reference("QueryAnswer"),
          headers: [("X-Cache", "`hit`, `miss`, `coalesced` or `off`.")]),
        ResponseDescription(
          status: .accepted, description: "The job goes on.", schema: AnswerSchema.reference("JobResource"),
          headers: [("Location", "Where the job is.")]),
      ],
      problems: [
        .badRequest, .invalidJSON, .unauthorized, .bodyTooLarge, .unsupportedMediaType, .validation,
        .rateLimited, .allProvidersFailed, .unavailable,
      ], access: .asking),
    RouteDescription(
      method: .post, path: "/jobs", summary: "Enqueue", description: "Enqueues a job.", group: "Jobs",
      parameters: [
        ParameterDescription(
          name: "Idempotency-Key", location: .header,
          schema: ["type": "string", "minLength": 1, "maxLength": 255],
          description: "The same key and body within 24 h return the first job.")
      ],
      requestBody: RequestBodyDescription(
        name: "JobSubmission", schema: SubmissionFixture.job.openAPISchema,
        example: [
          "messages": [["role": "user", "content": "Why?"]], "priority": "batch", "metadata": ["user": "42"],
        ]),
      responses: [
        ResponseDescription(
          status: .accepted, description: "The job.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .conflict, .validation, .rateLimited, .unavailable], access: .asking),
    RouteDescription(
      method: .get, path: "/jobs/{id}", summary: "Read a job", description: "Reads a job.", group: "Jobs",
      parameters: [jobID, WaitPreference.parameter],
      responses: [
        ResponseDescription(
          status: .ok, description: "The job.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .notFound, .unavailable], access: .jobs),
    RouteDescription(
      method: .delete, path: "/jobs/{id}", summary: "Cancel a job", description: "Cancels a job.",
      group: "Jobs", parameters: [jobID],
      responses: [
        ResponseDescription(
          status: .ok, description: "The job.", schema: AnswerSchema.reference("JobResource"))
      ],
      problems: [.unauthorized, .notFound, .conflict, .unavailable], access: .jobs),
    RouteDescription(
      method: .post, path: "/v1/embeddings", summary: "Embed", description: "Embeds.",
      group: "OpenAI-compatible",
      responses: [ResponseDescription(status: .ok, description: "Vectors.", schema: ["type": "object"])],
      problems: OpenAIParameters.problems, access: .asking),
    RouteDescription(
      method: .get, path: "/health", summary: "Whether Sluice can work", description: "Tells the state.",
      group: "Operation",
      responses: [
        ResponseDescription(
          status: .ok, description: "It can.", schema: AnswerSchema.reference("Health")),
        ResponseDescription(
          status: .serviceUnavailable, description: "It cannot.", schema: AnswerSchema.reference("Health")),
      ],
      problems: [.unavailable], access: .open),
  ]

  private static let jobID = ParameterDescription(
    name: "id", location: .path, schema: ["type": "string"], description: "The job's id.")
}
