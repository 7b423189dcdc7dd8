import HTTPTypes
import Shared

extension Call {
  /// As Claude Code, and as Codex by its versions, names what belongs together.
  private static let sessionNames = ["X-Claude-Code-Session-Id", "session_id", "session-id"].compactMap {
    HTTPField.Name($0)
  }

  /// The client's name of its session, where it sends one.
  var session: String? {
    for name in Self.sessionNames {
      if let value = request.headers.value(of: name), !value.isEmpty { return value }
    }
    return nil
  }
}
