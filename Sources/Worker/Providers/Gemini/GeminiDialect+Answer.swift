import Shared

extension GeminiDialect {
  func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try GeminiFault.success(response, hiding: key)
    guard let json = value["candidates"]?[0] else {
      throw GeminiCandidate.blocked(value) ?? .failing("no candidates in the answer")
    }
    let candidate = GeminiCandidate(json)
    var answer = ProviderAnswer(
      text: candidate.text,
      finishReason: try GeminiCandidate.finishReason(
        json["finishReason"]?.string, hasCalls: !candidate.calls.isEmpty),
      usage: TokenUsage(gemini: value["usageMetadata"]))
    if !candidate.calls.isEmpty { answer.message["tool_calls"] = .array(candidate.calls.map(\.json)) }
    try answer.checkContent()
    return answer
  }
}
