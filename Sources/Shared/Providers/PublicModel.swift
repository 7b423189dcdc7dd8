/// A name that clients may send as `model`, as `GET /v1/models` lists it.
public struct PublicModel: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public let id: String
  /// The provider, or `sluice` for a route.
  public let owner: String

  public init(id: String, owner: String) {
    self.id = id
    self.owner = owner
  }
}
