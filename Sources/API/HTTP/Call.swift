import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// One request on its way to its handler.
struct Call: Sendable {
  var request: Request
  let id: RequestID
  /// The values of the path's `{name}` segments.
  let parameters: [String: String]
  /// Whose key it is; nil where none was looked at.
  let principal: Principal?
  /// The tenant's that asks; nil on open routes and for administrators of all tenants.
  let client: Client?
  let origin: RequestOrigin
  /// The connection, which a stream that nobody reads closes.
  let channel: any Channel
  /// What the process holds of the body.
  let hold: BodyHold
  /// Where it is noted what becomes of the request, for the log and metrics.
  var trail = RequestTrail()
  /// Nil for a request that is in no trace.
  var trace: RequestTrace?
  /// Where a job is noted that shall be cancelled when the client hangs up; nil when it shall not.
  var disconnect: DisconnectWatch?

  /// The first value of a query parameter, percent-decoded.
  func query(_ name: String) -> String? {
    request.uri.queryParameters[Substring(name)].map(String.init)
  }
}
