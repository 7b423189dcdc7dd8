/// What a cascade asks: one model of one provider.
public struct Target: Sendable, Hashable, CustomStringConvertible {
  public let provider: String
  public let model: String

  public init(provider: String, model: String) {
    self.provider = provider
    self.model = model
  }

  /// Reads `provider/model`; the model may hold slashes itself. Nil when one of the two is empty.
  public init?(description: String) {
    guard let slash = description.firstIndex(of: "/"), slash > description.startIndex else { return nil }
    let model = description[description.index(after: slash)...]
    guard !model.isEmpty else { return nil }
    self.init(provider: String(description[..<slash]), model: String(model))
  }

  public var description: String { "\(provider)/\(model)" }
}
