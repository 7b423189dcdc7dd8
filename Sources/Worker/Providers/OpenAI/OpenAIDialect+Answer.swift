import Shared

extension OpenAIDialect {
  func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try success(response, hiding: key)
    guard let choice = value["choices"]?[0] else {
      // OpenRouter sends errors with status 200, with the status that it means as `code`.
      guard let error = ProviderErrorObject(in: value) else { throw .failing("no choices in the answer") }
      throw OpenAIFault.fault(error, status: nil, response, hiding: key)
    }
    if let error = ProviderErrorObject(in: choice) ?? ProviderErrorObject(in: value) {
      throw OpenAIFault.fault(error, status: nil, response, hiding: key)
    }
    guard let reason = choice["finish_reason"]?.string else { throw .failing("no finish reason") }
    let finishReason = try Self.finishReason(reason)
    if finishReason == .contentFilter { throw ProviderFault(.contentFiltered, "content filter") }
    let delta = Self.delta(of: choice["message"], logprobs: choice["logprobs"])
    let answer = ProviderAnswer(
      text: delta.text, message: delta.message, logprobs: delta.logprobs, finishReason: finishReason,
      usage: TokenUsage(openAI: value["usage"]))
    try answer.checkContent()
    return answer
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try success(response, hiding: key)
    if let error = ProviderErrorObject(in: value) {
      throw OpenAIFault.fault(error, status: nil, response, hiding: key)
    }
    guard let data = value["data"]?.array, !data.isEmpty, data.allSatisfy({ $0["embedding"] != nil }) else {
      throw .failing("no embeddings in the answer")
    }
    return ProviderAnswer(
      text: "", finishReason: .stop, usage: TokenUsage(openAI: value["usage"]), embeddings: .array(data))
  }

  private func success(
    _ response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> JSONValue {
    guard response.isSuccess else {
      throw OpenAIFault.fault(
        ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    return try response.json()
  }

  // MARK: - Parts of answers, whole and streamed

  /// A message or a delta: its text, and its other members, of which those that are null say nothing.
  static func delta(of message: JSONValue?, logprobs: JSONValue?) -> AnswerDelta {
    var members = message?.object ?? [:]
    members["role"] = nil
    let text = text(of: members.removeValue(forKey: "content"))
    members.removeAll { $0.value.isNull || $0.value == [] }
    // JSON's null is a value of its own, which a bare nil would mean here.
    let isThere = logprobs.map { !$0.isNull } ?? false
    return AnswerDelta(text: text, message: members, logprobs: isThere ? logprobs : .none)
  }

  /// A string, or with some compatible servers an array of parts.
  private static func text(of content: JSONValue?) -> String {
    switch content {
    case .string(let text): text
    case .array(let parts): parts.compactMap { $0["text"]?.string }.joined()
    default: ""
    }
  }

  /// An answer that does not say why it ended did not end: `stop` is never invented.
  static func finishReason(_ text: String) throws(ProviderFault) -> FinishReason {
    // `function_call` is what OpenAI called it before there were tools.
    if text == "function_call" { return .toolCalls }
    guard let reason = FinishReason(rawValue: text) else {
      throw .failing(text == "error" ? "error in mid-answer" : "unknown finish reason")
    }
    return reason
  }
}

extension ProviderFault {
  /// The model thought until `max_tokens` was used up. Asking again would end the same way, so this is a
  /// fault of the request.
  static let allThought = ProviderFault(
    .requestRefused, "max_tokens used up before any text",
    message: "the model used up max_tokens before it wrote any text; ask with a larger max_tokens")
}
