/// A name that clients may send as `model`, as `GET /v1/models` lists it.
public struct PublicModel: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public let id: String
  /// The provider, or `sluice` for a route.
  public let owner: String
  /// Unix seconds; 0, because providers' models have no such time here.
  public let created: Int64

  public init(id: String, owner: String, created: Int64 = 0) {
    self.id = id
    self.owner = owner
    self.created = created
  }
}
