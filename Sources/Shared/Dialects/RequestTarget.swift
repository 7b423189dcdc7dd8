/// Whom a request is written for. A class, since it is large, never changes, and goes through each request's writers.
public final class RequestTarget: Sendable {
  /// The provider's name in the configuration.
  public let provider: String
  public let model: String
  public let shape: ProviderShape

  public init(provider: String, model: String, shape: ProviderShape = .neutral) {
    self.provider = provider
    self.model = model
    self.shape = shape.fitted(to: model)
  }

  /// Whether the model is known to let itself be told how much to think.
  var takesEffort: Bool { ProviderShape.thinks(model) || model.contains("gpt-oss") }
}
