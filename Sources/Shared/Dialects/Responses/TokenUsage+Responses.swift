import OrderedCollections

/// Usage in the form of OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses/object).
extension TokenUsage {
  /// What each member is called in OpenAI's chat completions, in whose form all that clients are told is kept.
  private static let names = [
    "input_tokens": "prompt_tokens", "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details", "output_tokens_details": "completion_tokens_details",
  ]

  /// Reads a `usage` object, unknown members included; zero for anything else.
  init(responses usage: JSONValue?) {
    guard case .object(let members)? = usage else {
      self = .zero
      return
    }
    guard Self.hasMore(members) else {
      self.init(known: members)
      return
    }
    var told = JSONObject()
    for (name, value) in members { told[Self.names[name] ?? name] = value }
    self.init(openAI: .object(told))
  }

  /// What OpenAI itself tells: nothing that the counts do not say.
  private init(known members: JSONObject) {
    self.init(
      promptTokens: Self.count(members["input_tokens"]),
      completionTokens: Self.count(members["output_tokens"]),
      totalTokens: Self.isCount(members["total_tokens"])
        ? Self.count(members["total_tokens"], limit: 2 * Self.limit) : nil,
      cachedTokens: Self.count(members["input_tokens_details"]?["cached_tokens"]),
      cacheWriteTokens: Self.count(members["input_tokens_details"]?["cache_write_tokens"]),
      reasoningTokens: Self.count(members["output_tokens_details"]?["reasoning_tokens"]))
    saysNothingRead = promptTokens == 0 && Self.isNought(members["input_tokens"])
  }

  private static func hasMore(_ members: JSONObject) -> Bool {
    members.contains { name, value in
      switch name {
      case "input_tokens", "output_tokens", "total_tokens": false
      case "input_tokens_details", "output_tokens_details":
        !(value.object ?? [:]).keys.allSatisfy {
          $0 == "cached_tokens" || $0 == "cache_write_tokens" || $0 == "reasoning_tokens"
        }
      default: !value.isNull
      }
    }
  }

  /// Every member that clients know, nought where nothing is known: they refuse a usage that lacks one. Then what else
  /// the provider has told.
  var responsesForm: JSONValue {
    var ofInput: JSONObject = [
      "cached_tokens": .integer(Int64(cachedTokens)),
      "cache_write_tokens": .integer(Int64(cacheWriteTokens + cacheWrite1hTokens)),
    ]
    var ofOutput: JSONObject = ["reasoning_tokens": .integer(Int64(reasoningTokens))]
    var others = JSONObject()
    for (name, value) in openAIForm {
      switch name {
      case "prompt_tokens", "completion_tokens", "total_tokens": break
      case "prompt_tokens_details": ofInput.addMissing(of: value.object ?? [:])
      case "completion_tokens_details": ofOutput.addMissing(of: value.object ?? [:])
      default: others[name] = value
      }
    }
    let usage: JSONObject = [
      "input_tokens": .integer(Int64(promptTokens)), "input_tokens_details": .object(ofInput),
      "output_tokens": .integer(Int64(completionTokens)), "output_tokens_details": .object(ofOutput),
      "total_tokens": .integer(Int64(totalTokens)),
    ]
    return .object(usage.merging(others) { known, _ in known })
  }
}
