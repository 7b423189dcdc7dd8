/// How errors repeat what a client sent: in quotes, and cut, or one long text would be sent back as often as it is
/// wrong.
enum ClientText {
  static let longest = 64

  static func quoted(_ text: String) -> String { "\"\(cut(text))\"" }

  static func cut(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard text.utf8.count > longest, scalars.count > longest else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(longest))) + "…"
  }
}
