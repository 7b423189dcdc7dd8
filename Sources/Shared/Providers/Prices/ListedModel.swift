/// What is publicly known of a model.
public struct ListedModel: Sendable, Hashable {
  public let price: ModelPrice
  /// Tokens of a prompt; nil when it is not known.
  public let contextWindow: Int?
  /// The most tokens of an answer; nil when it is not known.
  public let maxOutputTokens: Int?
}
