import Shared

/// Vectors of length 1 that depend on nothing but the text.
enum EmbeddingVector {
  static func make(_ text: String, dimensions: Int) -> [Float] {
    var random = SplitMix(seed: AnswerText.hash(text))
    let raw = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) }
    let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // All zero is as good as impossible, and has no direction.
    return length > 0 ? raw.map { $0 / length } : [1] + raw.dropFirst()
  }
}
