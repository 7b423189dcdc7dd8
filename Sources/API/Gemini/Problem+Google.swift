import HTTPTypes
import NIOCore
import Shared

extension Problem {
  /// The problem in Google's form (https://cloud.google.com/apis/design/errors), from which its SDKs make their own
  /// exceptions.
  func googleError() -> RenderedProblem {
    var headers = headers
    headers[.contentType] = "application/json"
    // What failed for good would only fail again.
    if case .allProvidersFailed = self { headers[.shouldRetry] = "false" }
    let body: JSONValue = ["error": .object(googleErrorObject)]
    return RenderedProblem(status: googleStatus, headers: headers, body: body.serialized())
  }

  /// What stands as `error`, also in the middle of a stream.
  var googleErrorObject: JSONObject {
    var error: JSONObject = [
      "code": .integer(Int64(googleStatus.code)), "message": .string(googleMessage),
      "status": .string(googleWord),
    ]
    if !googleDetails.isEmpty { error["details"] = .array(googleDetails) }
    return error
  }

  /// A request that every provider refuses is its client's to mend.
  private var googleStatus: HTTPResponse.Status {
    if case .requestRefused = self { return .badRequest }
    return ErrorShape.google.status(of: kind)
  }

  /// A provider that refuses a request has the word, as if it had been asked without Sluice between.
  private var googleMessage: String {
    switch self {
    case .requestRefused(_, _, let provider): provider?.message ?? detail
    case .unauthorized: "Send a valid key as x-goog-api-key, or as Authorization: Bearer."
    default: detail
    }
  }

  /// Of google.rpc.Code.
  private var googleWord: String {
    switch googleStatus.code {
    case 401: "UNAUTHENTICATED"
    case 403: "PERMISSION_DENIED"
    case 404, 410: "NOT_FOUND"
    case 405: "UNIMPLEMENTED"
    case 408, 504: "DEADLINE_EXCEEDED"
    case 409: "ABORTED"
    case 412: "FAILED_PRECONDITION"
    case 429: "RESOURCE_EXHAUSTED"
    case 502, 503: "UNAVAILABLE"
    case 400..<500: "INVALID_ARGUMENT"
    default: "INTERNAL"
    }
  }

  private var googleDetails: [JSONValue] {
    switch self {
    case .validation(let errors):
      let violations = errors.issues.map { issue -> JSONValue in
        ["field": .string(issue.path), "description": .string(issue.fault.message)]
      }
      return [
        ["@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": .array(violations)]
      ]
    default:
      guard let seconds = headers[.retryAfter] else { return [] }
      return [
        ["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .string("\(seconds)s")]
      ]
    }
  }
}
