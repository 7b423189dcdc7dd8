public import OrderedCollections

/// Where something that an answer says comes from.
public struct Citation: Sendable, Hashable {
  public var url: String?
  public var title: String?
  /// As its dialect writes it, whole.
  public var members: JSONObject
  public var dialect: Dialect

  public init(url: String?, title: String?, members: JSONObject, dialect: Dialect) {
    self.url = url
    self.title = title
    self.members = members
    self.dialect = dialect
  }

  var size: Int { members.size }
}
