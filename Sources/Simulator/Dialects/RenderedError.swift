import HTTPTypes
import Shared

/// An error as it goes out.
struct RenderedError: Sendable {
  let status: Int
  var headers: HTTPFields = [:]
  let body: JSONValue
}
