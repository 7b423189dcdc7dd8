/// One model that a provider is known to have.
public struct ProviderModel: Sendable, Hashable {
  /// As the provider calls it.
  public let name: String
  /// Nil when it is not known.
  public let price: ModelPrice?
  /// Tokens of prompt and answer together; nil when it is not known.
  public let contextWindow: Int?
  /// The most tokens of an answer; nil when it is not known.
  public let maxOutputTokens: Int?
  /// What it is asked in; nil for its provider's own.
  public let dialect: Dialect?

  public init(
    name: String, price: ModelPrice? = nil, contextWindow: Int? = nil, maxOutputTokens: Int? = nil,
    dialect: Dialect? = nil
  ) {
    self.name = name
    self.price = price
    self.contextWindow = contextWindow
    self.maxOutputTokens = maxOutputTokens
    self.dialect = dialect
  }
}
