/// What a provider's word for the end of an answer means.
enum FinishReasonReading: Sendable, Hashable {
  case ended(FinishReason)
  /// The provider itself says that the answer is broken.
  case broken
  /// No word, which in the middle of a stream is no end.
  case none
  /// A word that Sluice does not know; the answer ended.
  case unknown(String)
}
