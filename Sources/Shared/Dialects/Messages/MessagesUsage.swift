import OrderedCollections

/// Usage as Anthropic tells it (https://platform.claude.com/docs/en/build-with-claude/prompt-caching): what was read from a
/// cache or written to one is not among `input_tokens`.
enum MessagesUsage {
  /// What has a place of its own here.
  private static let counted: Set<String> = [
    "input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens",
    "output_tokens_details",
  ]

  /// `own` is what Anthropic itself told beside the counts.
  static func members(_ usage: TokenUsage, own: JSONObject = [:]) -> JSONObject {
    let written = usage.cacheWriteTokens + usage.cacheWrite1hTokens
    let input = max(0, usage.promptTokens - usage.cachedTokens - written)
    func count(_ tokens: Int) -> JSONValue { .integer(Int64(tokens)) }
    var members: JSONObject = [
      "input_tokens": count(input), "cache_creation_input_tokens": count(written),
      "cache_read_input_tokens": count(usage.cachedTokens),
      "cache_creation": [
        "ephemeral_5m_input_tokens": count(usage.cacheWriteTokens),
        "ephemeral_1h_input_tokens": count(usage.cacheWrite1hTokens),
      ], "output_tokens": count(usage.completionTokens), "service_tier": "standard",
    ]
    if usage.reasoningTokens > 0 {
      members["output_tokens_details"] = ["thinking_tokens": count(usage.reasoningTokens)]
    }
    return members.merging(own) { $1 }
  }

  /// The same at the end of a stream. A provider that tells nothing of the prompt leaves what was said of it at the start.
  static func atEnd(_ usage: TokenUsage, own: JSONObject) -> JSONObject {
    let members = members(usage, own: own)
    guard usage.promptTokens == 0 else { return members }
    return members.filter { !$0.key.hasPrefix("input_") && !$0.key.hasPrefix("cache_") }
  }

  /// What an answer of Anthropic's tells beside the counts, as far as it is not what it always tells.
  static func own(in usage: JSONObject) -> JSONObject {
    usage.filter { name, value in
      switch name {
      case "service_tier": value != "standard" && !value.isNull
      case "cache_creation": TokenUsage.count(value["ephemeral_1h_input_tokens"]) > 0
      default: !counted.contains(name) && !value.isNull
      }
    }
  }
}
