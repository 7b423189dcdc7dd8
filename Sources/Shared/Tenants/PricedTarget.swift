/// A target as far as money is concerned.
public struct PricedTarget: Sendable {
  /// The most that so many tokens of prompt and answer can cost; nil where no price is known.
  public let price: (@Sendable (_ promptTokens: Int, _ answerTokens: Int) -> NanoDollars)?
  /// The model's own limit; nil where it is not known.
  public let maxOutputTokens: Int?

  public init(
    maxOutputTokens: Int?, price: (@Sendable (_ promptTokens: Int, _ answerTokens: Int) -> NanoDollars)?
  ) {
    self.maxOutputTokens = maxOutputTokens
    self.price = price
  }

  func highestCost(promptTokens: Int, maxTokens: Int?) -> NanoDollars {
    guard let price else { return .zero }
    return price(max(promptTokens, 0), longestAnswer(maxTokens: maxTokens))
  }

  /// The longest answer that is reckoned with, in tokens.
  func longestAnswer(maxTokens: Int?) -> Int {
    let own = maxOutputTokens ?? AskedRequest.longestAnswer
    // A provider refuses or cuts what is above its model's limit, where that is known.
    return max(maxTokens.map { maxOutputTokens == nil ? $0 : min($0, own) } ?? own, 0)
  }
}
