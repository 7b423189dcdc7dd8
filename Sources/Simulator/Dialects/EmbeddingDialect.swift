import Shared

/// The wire format of a provider that makes embeddings, too.
protocol EmbeddingDialect: Dialect {
  /// Nil for a request that is for something else.
  func readEmbedding(_ request: ReceivedRequest) throws(Refusal) -> EmbeddingCall?
  func body(_ call: EmbeddingCall, _ answer: EmbeddingAnswer) -> JSONValue
}

extension EmbeddingDialect {
  /// With no more digits than a 32-bit float has.
  func numbers(_ vector: [Float]) -> JSONValue {
    .array(vector.map { .double(Double($0.description) ?? Double($0)) })
  }
}
