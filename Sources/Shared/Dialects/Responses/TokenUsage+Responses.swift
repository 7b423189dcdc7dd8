import OrderedCollections

/// Usage in the form of OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses/object).
extension TokenUsage {
  /// Reads a `usage` object; zero for anything else.
  init(responses usage: JSONValue?) {
    guard case .object(let members)? = usage else {
      self = .zero
      return
    }
    let ofInput = members["input_tokens_details"]
    let ofOutput = members["output_tokens_details"]
    self.init(
      promptTokens: Self.count(members["input_tokens"]),
      completionTokens: Self.count(members["output_tokens"]),
      totalTokens: Self.isCount(members["total_tokens"])
        ? Self.count(members["total_tokens"], limit: 2 * Self.limit) : nil,
      cachedTokens: Self.count(ofInput?["cached_tokens"]),
      cacheWriteTokens: Self.count(ofInput?["cache_write_tokens"]),
      reasoningTokens: Self.count(ofOutput?["reasoning_tokens"]),
      audioInputTokens: Self.count(ofInput?["audio_tokens"]),
      imageInputTokens: Self.count(ofInput?["image_tokens"]),
      audioOutputTokens: Self.count(ofOutput?["audio_tokens"]),
      imageOutputTokens: Self.count(ofOutput?["image_tokens"]))
    saysNothingRead = promptTokens == 0 && Self.isNought(members["input_tokens"])
  }

  /// Every member, nought where nothing is known: clients refuse a usage that lacks one.
  var responsesForm: JSONValue {
    [
      "input_tokens": .integer(Int64(promptTokens)),
      "input_tokens_details": [
        "cached_tokens": .integer(Int64(cachedTokens)),
        "cache_write_tokens": .integer(Int64(cacheWriteTokens + cacheWrite1hTokens)),
      ],
      "output_tokens": .integer(Int64(completionTokens)),
      "output_tokens_details": ["reasoning_tokens": .integer(Int64(reasoningTokens))],
      "total_tokens": .integer(Int64(totalTokens)),
    ]
  }
}
