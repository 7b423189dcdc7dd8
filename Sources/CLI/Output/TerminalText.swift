/// What may be shown on a terminal of texts that others wrote.
enum TerminalText {
  /// A text with lines, whose other control characters are gone.
  static func plain(_ text: String) -> String { replaced(text) { $0 == "\n" } }

  /// One line of a table.
  static func cell(_ text: String) -> String { replaced(text) { _ in false } }

  /// A record's name could move the cursor, or turn the direction of what follows.
  private static func replaced(_ text: String, _ isKept: (Unicode.Scalar) -> Bool) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) && !isKept($0) }) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) && !isKept($0) ? "\u{FFFD}" : $0 }))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }
}
