/// A network that a key may be used from, as it was written.
public struct ClientNetwork: Sendable, Hashable {
  public let text: String
  private let network: IPNetwork

  public init?(parsing text: String) {
    guard let network = IPNetwork(parsing: text) else { return nil }
    self.text = text
    self.network = network
  }

  public func contains(_ address: String) -> Bool { network.contains(address) }

  /// Whether it is the same network as another, or a part of it.
  func isWithin(_ other: ClientNetwork) -> Bool { other.network.contains(network) }
}
