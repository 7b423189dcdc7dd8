public import OrderedCollections

/// A file that is sent along.
public struct DocumentPart: Sendable, Hashable {
  /// A `data:` URL or an address; nil for a file that only its id names.
  public var source: String?
  public var id: String?
  public var name: String?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(source: String?, id: String? = nil, name: String? = nil, extras: JSONObject = [:]) {
    self.source = source
    self.id = id
    self.name = name
    self.extras = extras
  }

  var size: Int { (source?.utf8.count ?? 0) + (name?.utf8.count ?? 0) + extras.size }
}
