import HTTPTypes

/// Every kind of error that the native routes answer with. The raw value ends the problem's `type`.
///
/// `type` is the relative reference `/problems/<kind>` (RFC 9457 section 3.1.1 allows one): Sluice is
/// self-hosted, so an absolute one would name a host that its operator does not own. `GET /docs#problems`
/// explains each of them.
enum ProblemKind: String, Sendable, Hashable, CaseIterable {
  case badRequest = "bad-request"
  case invalidJSON = "invalid-json"
  case unauthorized
  case budgetExceeded = "budget-exceeded"
  case forbidden
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case requestTimeout = "request-timeout"
  case conflict
  case gone
  case preconditionFailed = "precondition-failed"
  case bodyTooLarge = "body-too-large"
  case unsupportedMediaType = "unsupported-media-type"
  case expectationFailed = "expectation-failed"
  case validation
  case rateLimited = "rate-limited"
  case headersTooLarge = "headers-too-large"
  case internalError = "internal-error"
  case allProvidersFailed = "all-providers-failed"
  case timeout
  case unavailable
  case unacknowledged

  /// What can be wrong with any request that has a body.
  static let ofBodies: [ProblemKind] = [
    .badRequest, .invalidJSON, .requestTimeout, .bodyTooLarge, .unsupportedMediaType, .expectationFailed,
  ]

  /// The problem's `type`.
  var uri: String { "/problems/\(rawValue)" }

  var status: HTTPResponse.Status {
    switch self {
    case .badRequest, .invalidJSON: .badRequest
    case .unauthorized: .unauthorized
    // RFC 9110 reserves it; swift-http-types has no name for it.
    case .budgetExceeded: HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .requestTimeout: .requestTimeout
    case .conflict: .conflict
    case .gone: .gone
    case .preconditionFailed: .preconditionFailed
    case .bodyTooLarge: .contentTooLarge
    case .unsupportedMediaType: .unsupportedMediaType
    case .expectationFailed: .expectationFailed
    case .validation: .unprocessableContent
    case .rateLimited: .tooManyRequests
    case .headersTooLarge: .requestHeaderFieldsTooLarge
    case .internalError: .internalServerError
    case .allProvidersFailed: .badGateway
    case .timeout: .gatewayTimeout
    case .unavailable, .unacknowledged: .serviceUnavailable
    }
  }

  /// The same for every problem of the kind.
  var title: String {
    switch self {
    case .badRequest: "Bad request"
    case .invalidJSON: "The body is not JSON"
    case .unauthorized: "No valid key"
    case .budgetExceeded: "The budget is spent"
    case .forbidden: "Not allowed"
    case .notFound: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .requestTimeout: "The request came too slowly"
    case .conflict: "Conflict"
    case .gone: "Gone"
    case .preconditionFailed: "The record has changed"
    case .bodyTooLarge: "The body is too large"
    case .unsupportedMediaType: "Unsupported media type"
    case .expectationFailed: "Unknown expectation"
    case .validation: "The request is not valid"
    case .rateLimited: "Rate limit reached"
    case .headersTooLarge: "The headers are too large"
    case .internalError: "Internal error"
    case .allProvidersFailed: "Every provider failed"
    case .timeout: "No answer in time"
    case .unavailable: "Not available now"
    case .unacknowledged: "Not acknowledged"
    }
  }

  /// When it occurs, for the documentation.
  var meaning: String {
    switch self {
    case .badRequest: "The request is not well-formed HTTP."
    case .invalidJSON:
      "The body is not JSON, not UTF-8, nested deeper than 64 levels, or holds a key twice in one object."
    case .unauthorized: "There is no key, or it is unknown, expired or revoked."
    case .budgetExceeded:
      "What is spent and the most that the request can cost are over a hard budget of the key, its user or its tenant; `limit` and `scope` say which."
    case .forbidden: "The key may not do this: its scopes, models, networks or its tenant forbid it."
    case .notFound: "There is no such route, or no such job or record that the key may see; jobs expire."
    case .methodNotAllowed: "The route exists, with the methods that `Allow` lists."
    case .requestTimeout: "The body did not arrive in time."
    case .conflict:
      "The job has ended already, an idempotency key was reused with another body, or the record is there already or in use."
    case .preconditionFailed: "`If-Match` names another version of the record than there is."
    case .gone:
      "The answer or event log that is asked for again gave way to new work when Redis ran short of memory."
    case .bodyTooLarge: "The body has more bytes than the server accepts."
    case .unsupportedMediaType: "The Content-Type is not JSON."
    case .expectationFailed: "`Expect` asks for something else than `100-continue`."
    case .validation:
      "A field is missing, unknown, of the wrong type or out of range; `errors` lists all of them."
    case .rateLimited:
      """
      A limit of the key, its user or its tenant is reached, or the tenant's share of the queue; `limit` and `scope` say \
      which, and `Retry-After` when to come back. Without `Retry-After` the request alone is over the limit.
      """
    case .headersTooLarge: "The request has too many or too large headers."
    case .internalError: "Something broke that the client cannot mend; the server's log names the request."
    case .allProvidersFailed: "Every provider failed for good; `cascade_path` says how."
    case .timeout: "The wait is over before the answer came; the job goes on."
    case .unavailable:
      """
      The queue cannot take work now, or the server holds as many large bodies as it may; nothing was done, and \
      `Retry-After` says when to try again.
      """
    case .unacknowledged:
      """
      The request was taken and may run, but too few replicas of Redis have it; or Redis was asked to take it and did not \
      say in time whether it did. With an `Idempotency-Key` it can be sent again; without one it might run twice \
      (`x-should-retry: false`). Likewise for a change, such as a cancellation: it is done, and a failover may \
      undo it. What makes or adds something (a key, a conversation or items of it) may be there: look before it is sent \
      again (`x-should-retry: false`).
      """
    }
  }
}
