public import OrderedCollections

/// A picture.
public struct ImagePart: Sendable, Hashable {
  /// An address, or a `data:` URL with the picture in it.
  public var source: String
  /// Of a file at its maker's, which has no source.
  public var id: String?
  /// OpenAI's `low`, `high`, `auto`: what it may cost, not what it shows.
  public var detail: String?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(source: String, id: String? = nil, detail: String? = nil, extras: JSONObject = [:]) {
    self.source = source
    self.id = id
    self.detail = detail
    self.extras = extras
  }
}
