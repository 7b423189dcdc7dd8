/// Joins the halves of characters that a provider cuts in two: `\ud83d` at the end of one piece of a text, `\ude00` at the
/// beginning of the next. While they are apart, halves are scalars of a private plane, which no text of anybody's has.
public struct HalfCharacters: Sendable {
  /// Maps D800…DFFF to 10D800…10DFFF.
  private static let offset: UInt32 = 0x10_0000
  private static let leading: ClosedRange<UInt32> = 0x10_D800...0x10_DBFF
  private static let trailing: ClosedRange<UInt32> = 0x10_DC00...0x10_DFFF

  /// The first half of a character whose second half has not come.
  private var pending: UInt32?

  public init() {}

  static func scalar(of half: UInt32) -> Unicode.Scalar { Unicode.Scalar(half + offset) ?? "\u{FFFD}" }

  /// The text that can be told now. A half without its other one becomes U+FFFD.
  public mutating func join(_ text: String) -> String {
    var joined = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let first = pending {
        pending = nil
        if Self.trailing.contains(scalar.value), let whole = Self.character(first, scalar.value) {
          joined.append(whole)
          continue
        }
        joined.append("\u{FFFD}")
      }
      if Self.leading.contains(scalar.value) {
        pending = scalar.value
      } else {
        joined.append(Self.trailing.contains(scalar.value) ? "\u{FFFD}" : scalar)
      }
    }
    return String(joined)
  }

  /// What is left when nothing more comes.
  public mutating func end() -> String {
    defer { pending = nil }
    return pending == nil ? "" : "\u{FFFD}"
  }

  private static func character(_ first: UInt32, _ second: UInt32) -> Unicode.Scalar? {
    Unicode.Scalar(0x10000 + ((first - leading.lowerBound) << 10) + (second - trailing.lowerBound))
  }
}
