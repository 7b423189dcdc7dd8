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
    var body = ByteBuffer()
    body.writeStaticString("{\"type\":")
    body.writeJSON(kind.uri)
    body.writeStaticString(",\"title\":")
    body.writeJSON(kind.title)
    body.writeStaticString(",\"status\":")
    body.writeString(String(kind.status.code))
    body.writeStaticString(",\"detail\":")
    body.writeJSON(detail)
    body.writeStaticString(",\"request_id\":")
    body.writeJSON(requestID)
    switch self {
    case .validation(let errors):
      body.writeStaticString(",\"errors\":")
      body.writeJSON(.array(errors.issues.map(\.json)))
    case .allProvidersFailed(_, let cascadePath), .requestRefused(_, let cascadePath):
      body.writeStaticString(",\"cascade_path\":")
      body.writeImmutableBuffer(cascadePath)
    default: break
    }
    body.writeStaticString("}")
    return body
  }
}
