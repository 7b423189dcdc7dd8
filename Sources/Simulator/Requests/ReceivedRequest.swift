import HTTPTypes
import NIOCore

/// A request to a provider, read to its end.
struct ReceivedRequest: Sendable {
  let method: HTTPRequest.Method
  /// Without the query, as sent.
  let path: String
  let query: String?
  let headers: HTTPFields
  let body: ByteBuffer

  /// The path with its query.
  var target: String { query.map { "\(path)?\($0)" } ?? path }

  /// The values of a query parameter, as sent; only names and values without escapes matter here.
  func queryValue(_ name: String) -> String? {
    for pair in (query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts[0] == name { return parts.count > 1 ? String(parts[1]) : "" }
    }
    return nil
  }
}
