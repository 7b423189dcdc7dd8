/// What was bought for a job beside its answer: answers that a provider filtered, that broke off, or that were given up.
public struct Purchase: Sendable, Hashable {
  /// With the place of the key behind a `#`, where it has several.
  public let provider: String
  public let model: String
  public let promptTokens: Int
  public let completionTokens: Int
  public let cost: NanoDollars
  /// Whether a part of it was bought at a price that nobody knew, so that ``cost`` lacks it.
  public let isUnpriced: Bool

  public init(
    provider: String, model: String, promptTokens: Int, completionTokens: Int, cost: NanoDollars,
    isUnpriced: Bool = false
  ) {
    self.provider = provider
    self.model = model
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cost = cost
    self.isUnpriced = isUnpriced
  }

  /// As the steps of the queue take it (bought.lua): they note when, and which attempts were lost.
  var words: String {
    "\(promptTokens) \(completionTokens) \(cost.rawValue) 0 \(isUnpriced ? 1 : 0) 0 \(provider) \(model)"
  }
}
