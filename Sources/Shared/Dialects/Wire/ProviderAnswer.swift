/// A model's complete answer, whichever dialect it came in.
public struct ProviderAnswer: Sendable, Hashable {
  public var answer: Answer
  /// The `data` of OpenAI's embeddings; nil for a chat.
  public var embeddings: JSONValue?
  /// A word for the end of the answer that Sluice does not know, to be told to the operator.
  public var unknownFinishReason: String?

  public init(_ answer: Answer, embeddings: JSONValue? = nil, unknownFinishReason: String? = nil) {
    self.answer = answer
    self.embeddings = embeddings
    self.unknownFinishReason = unknownFinishReason
  }
}
