import Shared

/// What the server answered to something that it did.
struct AdminReply: Sendable {
  let json: JSONValue
  /// Which version of a record it is; nil for all else.
  let eTag: String?
}
