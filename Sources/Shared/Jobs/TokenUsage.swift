/// Tokens that a provider counted for one answer, clamped to what can be true.
public struct TokenUsage: Sendable, Hashable {
  /// The most that one answer may claim, in tokens: a provider that reports more is wrong.
  public static let limit = 100_000_000

  public var promptTokens: Int
  public var completionTokens: Int
  public var totalTokens: Int { promptTokens + completionTokens }

  /// Negative and absurd counts are clamped into `0...limit`.
  public init(promptTokens: Int, completionTokens: Int) {
    self.promptTokens = min(max(promptTokens, 0), Self.limit)
    self.completionTokens = min(max(completionTokens, 0), Self.limit)
  }

  public static let zero = TokenUsage(promptTokens: 0, completionTokens: 0)
}
