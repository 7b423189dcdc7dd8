import Shared

extension OpenAIDialect {
  func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    guard response.isSuccess else {
      throw fault(ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    guard let choice = value["choices"]?[0] else {
      // OpenRouter sends errors with status 200, with the status that it means as `code`.
      guard let error = ProviderErrorObject(in: value) else { throw .failing("no choices in the answer") }
      throw fault(error, status: nil, response, hiding: key)
    }
    if let error = ProviderErrorObject(in: choice) ?? ProviderErrorObject(in: value) {
      throw fault(error, status: nil, response, hiding: key)
    }
    let text = Self.text(of: choice["message"]?["content"])
    let finishReason = try Self.finishReason(of: choice)
    guard !text.isEmpty else { throw Self.noText(choice, finishReason) }
    let usage = value["usage"]
    return ProviderAnswer(
      text: text, finishReason: finishReason,
      usage: TokenUsage(prompt: usage?["prompt_tokens"], completion: usage?["completion_tokens"]))
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
  private static func finishReason(of choice: JSONValue) throws(ProviderFault) -> FinishReason {
    guard let text = choice["finish_reason"]?.string else { throw .failing("no finish reason") }
    switch FinishReason(rawValue: text) {
    case .contentFilter: throw ProviderFault(.contentFiltered, "content filter")
    case .some(let reason): return reason
    case nil: throw .failing(text == "error" ? "error in mid-answer" : "unknown finish reason")
    }
  }

  private static func noText(_ choice: JSONValue, _ finishReason: FinishReason) -> ProviderFault {
    if let refusal = choice["message"]?["refusal"]?.string, !refusal.isEmpty {
      return ProviderFault(.contentFiltered, "refused by the model")
    }
    return finishReason == .length ? .allThought : .failing("empty answer")
  }

  /// `status` is nil when the response was a success that holds an error.
  private func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let message = ProviderMessage.clean(error?.message, hiding: key)
    guard let status = status ?? error?.meantStatus else {
      return ProviderFault(.failing, "error in the answer", message: message)
    }
    if let error, Self.isModeration(error, status) {
      return ProviderFault(.contentFiltered, "content filter (\(status))", message: message)
    }
    if status == 429, error?.names.contains("insufficient_quota") == true {
      // Waiting does not bring credit back.
      return ProviderFault(.keyRefused, "quota spent (429)", message: message)
    }
    return .status(status, message: message, resetsIn: ResetTime.stated(in: response.headers))
  }

  /// OpenRouter answers 403 to a flagged prompt, OpenAI and Azure 400. Taken for a wrong key, one such prompt
  /// would shut the provider for everybody. (https://openrouter.ai/docs/api-reference/errors)
  private static func isModeration(_ error: ProviderErrorObject, _ status: Int) -> Bool {
    guard status == 400 || status == 403 else { return false }
    return error.names.contains("content_policy_violation") || error.names.contains("content_filter")
      || error.metadata?["reasons"] != nil || error.metadata?["flagged_input"] != nil
  }
}

extension ProviderFault {
  /// The model thought until `max_tokens` was used up. Asking again would end the same way, so this is a
  /// fault of the request.
  static let allThought = ProviderFault(
    .requestRefused, "max_tokens used up before any text",
    message: "the model used up max_tokens before it wrote any text; ask with a larger max_tokens")
}
