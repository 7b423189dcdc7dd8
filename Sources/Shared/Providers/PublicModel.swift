/// A name that clients may send as `model`, as `GET /v1/models` lists it.
public struct PublicModel: Sendable, Hashable {
  /// A route's name, an alias, or `provider/model`.
  public let id: String
  /// The provider, or `sluice` for a route or an alias.
  public let owner: String
  /// What an alias stands for; nil for a name that is none.
  public let meaning: String?

  public init(id: String, owner: String, meaning: String? = nil) {
    self.id = id
    self.owner = owner
    self.meaning = meaning
  }
}
