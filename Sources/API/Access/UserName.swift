/// How a client may name one of its users.
enum UserName {
  static let longest = 256
  static let rule = "A user's name has 1 to \(longest) characters"

  static func isGood(_ name: String) -> Bool { !name.isEmpty && !name.exceeds(scalars: longest) }
}
