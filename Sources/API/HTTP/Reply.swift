import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// What a handler answers; the responder adds the headers that every answer has.
struct Reply: Sendable {
  enum Content: Sendable {
    case whole(ByteBuffer)
    /// Written while it comes; must finish the writer.
    case stream(@concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void)
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields
  var content: Content
  /// What is left of the client's limits, where the handler has learned it.
  var limit: RateLimitStates?

  init(
    _ status: HTTPResponse.Status, json body: ByteBuffer, headers: HTTPFields = [:],
    limit: RateLimitStates? = nil
  ) {
    self.init(status, body: body, contentType: "application/json", headers: headers, limit: limit)
  }

  init(
    _ status: HTTPResponse.Status, body: ByteBuffer, contentType: String, headers: HTTPFields = [:],
    limit: RateLimitStates? = nil
  ) {
    self.init(status, content: .whole(body), headers: headers, limit: limit)
    self.headers.append(HTTPField(name: .contentType, value: contentType))
  }

  /// With a content type among the headers.
  init(
    _ status: HTTPResponse.Status, content: Content, headers: HTTPFields, limit: RateLimitStates? = nil
  ) {
    self.status = status
    self.headers = headers
    self.content = content
    self.limit = limit
  }
}
