import HTTPTypes
import Hummingbird
import Shared

/// One request on its way to its handler.
struct Call: Sendable {
  let request: Request
  let id: RequestID
  /// The values of the path's `{name}` segments.
  let parameters: [String: String]
  /// Nil on open routes.
  let client: Client?

  /// The first value of a query parameter, percent-decoded.
  func query(_ name: String) -> String? {
    request.uri.queryParameters[Substring(name)].map(String.init)
  }
}

/// Who asks, as the key says.
struct Client: Sendable {
  let tenant: String
  /// What counts against this client.
  let limits: [RateLimitRule]
}
