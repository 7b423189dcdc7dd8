/// What was bought for a job that failed all the same: answers that a provider filtered, say.
public struct Purchase: Sendable, Hashable {
  public let provider: String
  public let model: String
  public let promptTokens: Int
  public let completionTokens: Int
  public let cost: NanoDollars

  public init(
    provider: String, model: String, promptTokens: Int, completionTokens: Int, cost: NanoDollars
  ) {
    self.provider = provider
    self.model = model
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cost = cost
  }
}
