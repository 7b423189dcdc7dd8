/// A provider's error message made fit to be shown: one line, bounded, without keys should the provider echo one.
public enum ProviderMessage {
  /// In characters (Unicode scalars).
  public static let limit = 500

  /// Nil when nothing that can be shown is left.
  public static func clean(_ text: String?, hiding key: Secret?, limit: Int = Self.limit) -> String? {
    guard let text, !text.isEmpty else { return nil }
    let shown = KeyBlots.blot(text, key.map { [$0] } ?? [])
    var line = String.UnicodeScalarView()
    for scalar in shown.unicodeScalars {
      let isVisible: Bool =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
      if isVisible {
        line.append(scalar)
      } else if line.last != " ", !line.isEmpty {
        line.append(" ")
      }
      // One more than is shown tells that something is left out.
      if line.count > limit { break }
    }
    if line.last == " " { line.removeLast() }
    return line.isEmpty ? nil : cut(String(line), to: limit)
  }

  /// At most `limit` characters; what is cut off shows as an ellipsis.
  public static func cut(_ text: String, to limit: Int) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<scalars.index(before: end)]) + "…"
  }
}
