/// Tokens that a provider counted for one answer, clamped to what can be true.
public struct TokenUsage: Sendable, Hashable {
  /// The most that one answer may claim, in tokens: a provider that reports more is wrong.
  public static let limit = 100_000_000

  public var promptTokens: Int
  public var completionTokens: Int
  /// Of the prompt's tokens, those that the provider had in its cache.
  public var cachedTokens: Int
  /// Of the completion's tokens, those that were thoughts.
  public var reasoningTokens: Int
  public var totalTokens: Int { promptTokens + completionTokens }

  /// Negative and absurd counts are clamped into `0...limit`.
  public init(promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0, reasoningTokens: Int = 0) {
    func clamped(_ count: Int) -> Int { min(max(count, 0), Self.limit) }
    self.promptTokens = clamped(promptTokens)
    self.completionTokens = clamped(completionTokens)
    self.cachedTokens = clamped(cachedTokens)
    self.reasoningTokens = clamped(reasoningTokens)
  }

  public static let zero = TokenUsage(promptTokens: 0, completionTokens: 0)

  /// Writes it in OpenAI's form; details only where there are some.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("prompt_tokens", Int64(promptTokens))
      json.member("completion_tokens", Int64(completionTokens))
      json.member("total_tokens", Int64(totalTokens))
      if cachedTokens > 0 {
        json.name("prompt_tokens_details")
        json.object { $0.member("cached_tokens", Int64(cachedTokens)) }
      }
      if reasoningTokens > 0 {
        json.name("completion_tokens_details")
        json.object { $0.member("reasoning_tokens", Int64(reasoningTokens)) }
      }
    }
  }
}
