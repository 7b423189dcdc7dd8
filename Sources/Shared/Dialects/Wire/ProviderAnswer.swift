import OrderedCollections

/// A model's complete answer, whichever dialect it came in.
public struct ProviderAnswer: Sendable, Hashable {
  public var answer: Answer
  /// The `data` of OpenAI's embeddings, or the `results` of its moderations; nil for all that is said.
  public var embeddings: JSONValue?
  /// A word for the end of the answer that Sluice does not know, to be told to the operator.
  public var unknownFinishReason: String?

  /// Adds the answer to the piece of the request that follows.
  public mutating func append(_ next: ProviderAnswer) {
    answer.usage = answer.usage + next.answer.usage
    guard embeddings != nil else {
      answer.choices += next.answer.choices
      unknownFinishReason = unknownFinishReason ?? next.unknownFinishReason
      return
    }
    append(vectors: next)
  }

  private mutating func append(vectors next: ProviderAnswer) {
    let known = embeddings?.array ?? []
    let more = (next.embeddings?.array ?? []).enumerated().map { index, vector in
      guard case .object(var members) = vector else { return vector }
      members["index"] = .integer(Int64(known.count + index))
      return JSONValue.object(members)
    }
    embeddings = .array(known + more)
  }

  public init(_ answer: Answer, embeddings: JSONValue? = nil, unknownFinishReason: String? = nil) {
    self.answer = answer
    self.embeddings = embeddings
    self.unknownFinishReason = unknownFinishReason
  }
}
