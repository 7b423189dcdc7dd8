import Shared

/// Random texts with everything that a JSON text or a cut can break; the same for the same seed.
public struct TextSamples: Sendable {
  private var random: SplitMix

  public init(seed: UInt64) { random = SplitMix(seed: seed) }

  private static let words = [
    "a", "the sky", " ", "\n", "\r\n", "\"", "\\", "{}", "ü", "e\u{301}", "👩‍👩‍👧", "\u{0}", "\u{2028}", "[1,",
    "data: ",
    "😀",
  ]

  public mutating func text() -> String {
    (0..<Int.random(in: 1..<8, using: &random)).map { _ in Self.words.randomElement(using: &random) ?? "" }
      .joined()
  }

  public mutating func maybe() -> String? { random.happens(50) ? text() : nil }

  /// One piece or more, some of them empty; also within what is seen as one character.
  public mutating func cut(_ text: String) -> [String] {
    var pieces = [""]
    for scalar in text.unicodeScalars {
      if random.happens(25) { pieces.append("") }
      pieces[pieces.count - 1].unicodeScalars.append(scalar)
    }
    return pieces
  }
}
