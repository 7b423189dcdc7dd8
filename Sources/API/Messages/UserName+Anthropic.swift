import Shared

extension UserName {
  /// Anthropic's `metadata.user_id`. Claude Code sends a text of JSON there, or of `user_…_account_…_session_…`: its user
  /// is the account, else the device, and never the session. Throws ``Problem`` for one that is no such name.
  static func read(anthropic text: String?) throws(Problem) -> String? {
    guard let text, !text.isEmpty else { return nil }
    if text.hasPrefix("{"), let json = try? JSONParser.parse(text) {
      return ["account_uuid", "device_id"].lazy.compactMap { json[$0]?.string }.first(where: isGood)
    }
    let name = text.firstRange(of: "_session_").map { String(text[..<$0.lowerBound]) } ?? text
    guard isGood(name) else {
      throw Problem(InputFault(rule, at: .name("metadata"), .name("user_id")))
    }
    return name
  }
}
