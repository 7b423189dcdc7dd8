import Shared

/// Changes a record as a user saw it.
enum RecordUpdate {
  /// Sends a merge patch that holds only for the version that is there now, or that the user named: whoever changed the record
  /// in between is not overwritten unseen.
  static func send(
    _ changes: JSONObject, to path: AdminPath, version: String?, _ client: AdminClient
  ) async throws(CommandFailure) -> AdminReply {
    guard !changes.isEmpty else { throw .usage("nothing is to be changed; `--help` tells what can be") }
    var version = version
    if version == nil { version = try await client.send(.GET, path).eTag }
    return try await client.send(.PATCH, path, .object(changes), ifMatch: version)
  }
}
