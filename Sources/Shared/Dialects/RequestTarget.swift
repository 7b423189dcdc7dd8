/// Whom a request is written for.
public struct RequestTarget: Sendable {
  /// The provider's name in the configuration.
  public var provider: String
  public var model: String
  public var shape: ProviderShape

  public init(provider: String, model: String, shape: ProviderShape = .neutral) {
    self.provider = provider
    self.model = model
    self.shape = shape.fitted(to: model)
  }
}
