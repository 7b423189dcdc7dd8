public import OrderedCollections

/// What a model thought before it spoke. Its signature, and what is sealed, go back to their maker only.
public struct Thought: Sendable, Hashable {
  public var text: String
  /// By which its maker knows it again.
  public var signature: String?
  /// A thought that nobody but its maker can read; `text` is empty then.
  public var sealed: String?
  public var maker: Maker?
  /// How the dialect of its maker calls it where there are several names: `reasoning`, `reasoning_content`.
  public var member: String?
  /// Members that only the dialect of its maker knows, such as the `id` of an item.
  public var extras: JSONObject

  public init(
    _ text: String, signature: String? = nil, sealed: String? = nil, maker: Maker? = nil,
    member: String? = nil, extras: JSONObject = [:]
  ) {
    self.text = text
    self.signature = signature
    self.sealed = sealed
    self.maker = maker
    self.member = member
    self.extras = extras
  }

  var size: Int {
    text.utf8.count + (signature?.utf8.count ?? 0) + (sealed?.utf8.count ?? 0) + extras.size
  }

  mutating func join(_ more: Thought) {
    text += more.text
    if let piece = more.signature { signature = (signature ?? "") + piece }
    if let piece = more.sealed { sealed = (sealed ?? "") + piece }
    maker = maker ?? more.maker
    member = member ?? more.member
    if !more.extras.isEmpty { extras.addMissing(of: more.extras) }
  }
}
