import HTTPTypes
import NIOCore
import Shared

/// An error as bytes for the wire, whichever shape its route speaks.
///
/// Native routes answer with problem details. A route that speaks another API's errors renders the same
/// ``Problem`` into the same three parts with a function of its own.
struct RenderedProblem: Sendable {
  let status: HTTPResponse.Status
  let headers: HTTPFields
  let body: ByteBuffer
}

extension Problem {
  /// The problem as RFC 9457 problem details.
  func problemDetails(requestID: String) -> RenderedProblem {
    var headers = headers
    headers[.contentType] = "application/problem+json"
    return RenderedProblem(
      status: kind.status, headers: headers, body: problemDetailsBody(requestID: requestID))
  }

  private func problemDetailsBody(requestID: String) -> ByteBuffer {
    var body = JSONWriter()
    body.object { body in
      body.member("type", kind.uri)
      body.member("title", kind.title)
      body.member("status", Int64(kind.status.code))
      body.member("detail", detail)
      body.member("request_id", requestID)
      switch self {
      case .beyondGrant(let faults):
        body.member("errors", json: .array(ValidationErrors(faults).issues.map(\.json)))
      case .validation(let errors): body.member("errors", json: .array(errors.issues.map(\.json)))
      case .limitReached(let refusal, _):
        body.member("limit", refusal.limit)
        body.member("scope", refusal.scope.rawValue)
        body.member("retry_after", json: Self.seconds(refusal.retryAfter))
      case .budgetSpent(_, let limit?, let scope?):
        body.member("limit", limit)
        body.member("scope", scope)
        body.member("retry_after", json: .null)
      case .allProvidersFailed(_, let cascadePath, _), .requestRefused(_, let cascadePath, _):
        body.name("cascade_path")
        body.write(json: cascadePath)
      default: break
      }
    }
    return body.buffer
  }
}
