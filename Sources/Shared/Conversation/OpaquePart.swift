public import OrderedCollections

/// A part that only its own dialect knows. It is written by that dialect, and goes back to nobody but its maker.
public struct OpaquePart: Sendable, Hashable {
  /// The member in which it stands, such as `reasoning_details`; empty for a part among others.
  public var name: String
  public var members: JSONObject
  public var dialect: Dialect
  /// Nil for what a client brings.
  public var maker: Maker?

  /// Whether it is a picture that a provider of Responses drew with a tool of its own.
  var isDrawing: Bool { dialect == .responses && members["type"]?.string == "image_generation_call" }

  public init(name: String, members: JSONObject, dialect: Dialect, maker: Maker? = nil) {
    self.name = name
    self.members = members
    self.dialect = dialect
    self.maker = maker
  }

  /// The members in which such parts grow.
  static let growing: Set<String> = ["text", "summary", "data", "signature", "thinking"]

  mutating func join(_ more: OpaquePart) {
    for (name, value) in more.members {
      guard Self.growing.contains(name), case .string(let piece) = value,
        case .string(let text) = members[name]
      else {
        if members[name]?.isNull ?? true { members[name] = value }
        continue
      }
      // Let go of first, or the text so far would be copied with each piece.
      members[name] = .null
      members[name] = .string(text + piece)
    }
  }
}
