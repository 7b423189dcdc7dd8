/// What is answered to a request for embeddings, before a dialect writes it.
struct EmbeddingAnswer: Sendable {
  /// One for each input.
  let vectors: [[Float]]
  /// Nil where no usage is told.
  let promptTokens: Int?
  /// Unlike that of any other request.
  let id: String

  init(to call: EmbeddingCall, _ behaviour: Behaviour, number: Int) {
    vectors = call.inputs.map { EmbeddingVector.make($0, dimensions: call.dimensions) }
    let bytes = call.inputs.reduce(0) { $0 + $1.utf8.count }
    promptTokens = behaviour.hasNoUsage ? nil : behaviour.usage?.prompt ?? max(1, (bytes + 3) / 4)
    id = AnswerID.make(hash: AnswerText.hash(call.inputs.first ?? ""), number: number)
  }
}
