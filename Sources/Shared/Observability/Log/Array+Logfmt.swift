extension [UInt8] {
  /// Appends a value as logfmt has it: with what could forge a line escaped, and in quotes where it could be taken for several.
  mutating func append(logfmt value: String) {
    switch value.logKind {
    case .word: append(contentsOf: value.utf8)
    case .printable: append(quoted: value)
    case .other:
      let escaped = LogLine.escaped(value)
      if escaped.utf8.contains(where: \.needsQuotes) {
        append(quoted: escaped)
      } else {
        append(contentsOf: escaped.utf8)
      }
    }
  }

  private mutating func append(quoted value: String) {
    append(UInt8(ascii: "\""))
    // By bytes, not by characters: with a mark behind it, a quote is another character, and what a client sends could look
    // like members.
    var value = value
    value.withUTF8 { utf8 in
      var start = 0
      while true {
        // As in JSON, quotes and backslashes have one before them.
        let end = utf8.endOfPlainJSON(from: start)
        append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<end]))
        guard end < utf8.count else { break }
        append(UInt8(ascii: "\\"))
        append(utf8[end])
        start = end + 1
      }
    }
    append(UInt8(ascii: "\""))
  }
}
