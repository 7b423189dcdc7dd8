import Shared

/// Puts the pieces of a streamed answer together.
struct AnswerAssembler: Sendable {
  private var delta = AnswerDelta()
  private var toolCalls: [Int: ToolCallAssembler] = [:]
  private var finishReason: FinishReason?
  private var usage = TokenUsage.zero

  mutating func add(_ piece: StreamPiece) {
    var piece = piece
    for fragment in piece.delta.message.removeValue(forKey: "tool_calls")?.array ?? [] { add(fragment) }
    delta.append(piece.delta)
    finishReason = piece.finishReason ?? finishReason
    usage = piece.usage ?? usage
  }

  /// The first fragment of a call names it, those after it go on with its arguments.
  private mutating func add(_ fragment: JSONValue) {
    let index = fragment["index"]?.integer.flatMap { Int(exactly: $0) } ?? toolCalls.count
    toolCalls[index, default: ToolCallAssembler()].add(fragment)
  }

  /// The whole answer. Throws when it does not say why it ended (`stop` is never invented) or holds nothing.
  func answer() throws(ProviderFault) -> ProviderAnswer {
    guard let finishReason else { throw .failing("no finish reason") }
    var answer = ProviderAnswer(
      text: delta.text, message: delta.message, logprobs: delta.logprobs, finishReason: finishReason,
      usage: usage)
    if !toolCalls.isEmpty {
      answer.message["tool_calls"] = .array(
        toolCalls.sorted { $0.key < $1.key }.map(\.value.json))
    }
    try answer.checkContent()
    return answer
  }
}

extension ProviderAnswer {
  /// Throws for an answer that says nothing.
  func checkContent() throws(ProviderFault) {
    if !text.isEmpty || message["tool_calls"] != nil || embeddings != nil { return }
    if let refusal = message["refusal"]?.string, !refusal.isEmpty {
      throw ProviderFault(.contentFiltered, "refused by the model")
    }
    if finishReason == .contentFilter { throw ProviderFault(.contentFiltered, "content filter") }
    throw finishReason == .length ? .allThought : .failing("empty answer")
  }
}
