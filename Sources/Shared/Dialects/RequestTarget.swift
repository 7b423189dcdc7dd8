/// Whom a request is written for.
public struct RequestTarget: Sendable {
  /// The provider's name in the configuration.
  public var provider: String
  public var model: String
  public var shape: ProviderShape
  /// Whether a wish that changes no meaning and that the target has no word for is refused instead of left out.
  public var refusesUnsupported: Bool

  public init(
    provider: String, model: String, shape: ProviderShape = .neutral, refusesUnsupported: Bool = false
  ) {
    self.provider = provider
    self.model = model
    self.shape = shape.fitted(to: model)
    self.refusesUnsupported = refusesUnsupported
  }
}
