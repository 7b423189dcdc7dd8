/// A provider's error message made fit to be shown: one line, bounded, without the provider's key should the
/// provider echo it.
public enum ProviderMessage {
  /// In UTF-8 bytes.
  public static let limit = 300

  /// Nil when nothing that can be shown is left.
  public static func clean(_ text: String?, hiding key: Secret?) -> String? {
    guard let text, !text.isEmpty else { return nil }
    let shown = redact(text, key.map { Array($0.reveal().utf8) } ?? [])
    var line = ""
    for scalar in shown.unicodeScalars {
      let isVisible: Bool =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
      if isVisible {
        line.unicodeScalars.append(scalar)
      } else if line.last != " ", !line.isEmpty {
        line.append(" ")
      }
    }
    if line.last == " " { line.removeLast() }
    return line.isEmpty ? nil : line
  }

  /// The key is looked for before the text is cut, so that no cut leaves half of it standing.
  private static func redact(_ text: String, _ key: [UInt8]) -> String {
    // More than enough input for a full line, and a bound on the work that a hostile body can cause.
    let bytes = Array(text.utf8.prefix(65_536))
    var shown: [UInt8] = []
    var position = 0
    while position < bytes.count, shown.count < limit {
      if !key.isEmpty, bytes[position...].starts(with: key) {
        shown.append(contentsOf: "***".utf8)
        position += key.count
      } else {
        shown.append(bytes[position])
        position += 1
      }
    }
    // The cut may stand within a character; what is left of that is dropped.
    while let last = shown.last, position < bytes.count, last & 0xC0 == 0x80 || last >= 0xC0 {
      shown.removeLast()
      if last >= 0xC0 { break }
    }
    return String(decoding: shown, as: UTF8.self)
  }
}
