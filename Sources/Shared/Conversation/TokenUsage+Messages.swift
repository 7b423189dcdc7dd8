/// Usage in the form of Anthropic's Messages
/// (https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance).
extension TokenUsage {
  /// Reads a `usage` object; zero for anything else.
  ///
  /// `input_tokens` counts only what was neither read from the cache nor written to it. Of a stream, the object is
  /// to be joined from that of `message_start` and those that come later.
  public init(anthropic usage: JSONValue?) {
    let read = Self.count(usage?["cache_read_input_tokens"])
    let hour = Self.count(usage?["cache_creation"]?["ephemeral_1h_input_tokens"])
    let minutes = Self.count(usage?["cache_creation"]?["ephemeral_5m_input_tokens"])
    // What the details leave out was written for a time not told.
    let written = max(Self.count(usage?["cache_creation_input_tokens"]), hour + minutes)
    self.init(
      promptTokens: Self.count(usage?["input_tokens"]) + read + written,
      completionTokens: Self.count(usage?["output_tokens"]), cachedTokens: read,
      cacheWriteTokens: written - hour, cacheWrite1hTokens: hour,
      reasoningTokens: Self.count(usage?["output_tokens_details"]?["thinking_tokens"]))
    if case .object(let members)? = usage { toldCost = Self.cost(in: members) }
    saysNothingRead = promptTokens == 0 && Self.isNought(usage?["input_tokens"])
  }
}
