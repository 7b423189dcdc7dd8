public import OrderedCollections

/// Words.
public struct TextPart: Sendable, Hashable {
  public var text: String
  /// Members that only the dialect of its conversation knows, such as `cache_control`.
  public var extras: JSONObject

  public init(_ text: String, extras: JSONObject = [:]) {
    self.text = text
    self.extras = extras
  }

  mutating func join(_ more: TextPart) {
    text += more.text
    if !more.extras.isEmpty { extras.addMissing(of: more.extras) }
  }
}
