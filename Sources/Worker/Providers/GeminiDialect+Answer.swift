import Shared

extension GeminiDialect {
  func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    guard response.isSuccess else {
      throw fault(ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    if let error = ProviderErrorObject(in: value) {
      throw fault(error, status: error.meantStatus, response, hiding: key)
    }
    guard let candidate = value["candidates"]?[0] else {
      if value["promptFeedback"]?["blockReason"]?.string != nil {
        throw ProviderFault(.contentFiltered, "content filter (prompt)")
      }
      throw .failing("no candidates in the answer")
    }
    let finishReason = try Self.finishReason(of: candidate)
    let text = Self.text(of: candidate)
    guard !text.isEmpty else { throw finishReason == .length ? .allThought : .failing("empty answer") }
    let usage = value["usageMetadata"]
    return ProviderAnswer(
      text: text, finishReason: finishReason,
      usage: TokenUsage(
        prompt: usage?["promptTokenCount"], completion: usage?["candidatesTokenCount"],
        usage?["thoughtsTokenCount"]))
  }

  /// Thoughts are not part of the answer.
  private static func text(of candidate: JSONValue) -> String {
    let parts = candidate["content"]?["parts"]?.array ?? []
    if parts.count == 1, parts[0]["thought"]?.bool != true { return parts[0]["text"]?.string ?? "" }
    return parts.lazy.filter { $0["thought"]?.bool != true }.compactMap { $0["text"]?.string }.joined()
  }

  /// https://ai.google.dev/api/generate-content#FinishReason
  private static func finishReason(of candidate: JSONValue) throws(ProviderFault) -> FinishReason {
    switch candidate["finishReason"]?.string {
    case "STOP": return .stop
    case "MAX_TOKENS": return .length
    case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY":
      throw ProviderFault(.contentFiltered, "content filter")
    case "MALFORMED_FUNCTION_CALL": throw .failing("malformed function call")
    case "LANGUAGE": throw .failing("unsupported language")
    case "OTHER": throw .failing("ended for no stated reason")
    case nil, "FINISH_REASON_UNSPECIFIED": throw .failing("no finish reason")
    default: throw .failing("unknown finish reason")
    }
  }

  private func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let message = ProviderMessage.clean(error?.message, hiding: key)
    guard let status else {
      return ProviderFault(.failing, "error in the answer", message: message)
    }
    let details = error?.details ?? []
    if status == 400, details.contains(where: { $0["reason"]?.string == "API_KEY_INVALID" }) {
      return ProviderFault(.keyRefused, "key refused (400)", message: message)
    }
    if status == 429, Self.isDailyQuota(details) {
      return ProviderFault(
        .limited(resetsIn: ResetTime.pauseOfDailyQuota), "daily quota spent (429)", message: message)
    }
    let delay = details.lazy.compactMap { $0["retryDelay"]?.string }.first.flatMap { ResetTime.parse($0) }
    return .status(status, message: message, resetsIn: delay ?? ResetTime.stated(in: response.headers))
  }

  /// The day is gone whatever `retryDelay` says.
  private static func isDailyQuota(_ details: [JSONValue]) -> Bool {
    details.contains { detail in
      detail["violations"]?.array?.contains { $0["quotaId"]?.string?.contains("PerDay") == true } == true
    }
  }
}
