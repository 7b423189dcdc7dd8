import OrderedCollections

/// https://platform.claude.com/docs/en/api/messages/count_tokens
extension MessagesDialect {
  /// What only an answer has.
  private static let ofAnswers: Set<String> = [
    "max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier",
    "container", "inference_geo", "diagnostics", "fallbacks",
  ]

  func counting(_ request: JSONObject, for target: RequestTarget) -> JSONObject {
    request.filter { !Self.ofAnswers.contains($0.key) }
  }

  func count(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> Int {
    guard let count = try success(response, hiding: key)["input_tokens"]?.integer else {
      throw .failing("no count of tokens in the answer")
    }
    return Int(clamping: count)
  }
}
