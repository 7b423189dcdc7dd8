public import OrderedCollections

/// A file that is sent along.
public struct DocumentPart: Sendable, Hashable {
  /// A `data:` URL or an address; nil for a file that only its id names.
  public var source: String?
  public var id: String?
  public var name: String?
  /// A text that was sent as it is; there is no source then.
  public var text: String?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(
    source: String?, id: String? = nil, name: String? = nil, text: String? = nil, extras: JSONObject = [:]
  ) {
    self.source = source
    self.id = id
    self.name = name
    self.text = text
    self.extras = extras
  }

  var size: Int {
    (source?.utf8.count ?? 0) + (name?.utf8.count ?? 0) + (text?.utf8.count ?? 0) + extras.size
  }

  /// As ``Part/weight``. A file in Base64 has few tokens for its size: a page of a PDF is some 100 KB and 3,000 tokens.
  var weight: Int { (name?.utf8.count ?? 0) + (text?.utf8.count ?? 0) + (source?.utf8.count ?? 0) / 8 }
}
