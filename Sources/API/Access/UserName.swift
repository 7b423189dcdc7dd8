import Shared

/// How a client may name one of its users.
enum UserName {
  static let longest = 256
  static let rule = "A user's name has 1 to \(longest) characters"

  static func isGood(_ name: String) -> Bool { !name.isEmpty && !name.exceeds(scalars: longest) }

  /// OpenAI's member `user`; nil where it is absent or empty. Throws ``Problem`` for one that is no such name.
  static func read(_ members: JSONObject) throws(Problem) -> String? {
    guard let user = members["user"], !user.isNull, user != "" else { return nil }
    guard let name = user.string else {
      throw .validation(ValidationErrors(ValidationIssue(.notAString, at: ["body", "user"])))
    }
    guard isGood(name) else { throw Call.invalid("body", "user", rule) }
    return name
  }
}
