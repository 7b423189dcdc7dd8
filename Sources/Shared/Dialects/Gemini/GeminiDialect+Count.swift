import OrderedCollections

/// https://ai.google.dev/api/tokens
extension GeminiDialect {
  /// The request stands in the question as it would be asked, with the model's name in it.
  func counting(_ request: JSONObject, for target: RequestTarget) -> JSONObject {
    var request = request
    request["model"] = .string("models/\(GeminiModel(target.model).name)")
    return ["generateContentRequest": .object(request)]
  }

  func count(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> Int {
    guard let count = try GeminiFault.success(response, hiding: key)["totalTokens"]?.integer else {
      throw .failing("no count of tokens in the answer")
    }
    return Int(clamping: count)
  }
}
