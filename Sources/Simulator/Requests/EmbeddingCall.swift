/// What a request for embeddings asks for, whatever its dialect.
struct EmbeddingCall: Sendable {
  /// How the answer is written.
  enum Form: Sendable {
    case numbers
    /// 32-bit floats, little-endian.
    case base64
    /// Gemini's `embedContent`, which has one input and one vector.
    case single
  }

  let model: String
  let inputs: [String]
  let dimensions: Int
  let form: Form

  /// What the simulated models make unless they are told how many; the real ones have some thousand.
  static let usualDimensions = 16
  /// As many as the largest real one has.
  static let dimensionLimit: Int64 = 3072
}
