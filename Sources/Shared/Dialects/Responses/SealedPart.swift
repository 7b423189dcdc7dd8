import OrderedCollections

/// What only its maker can take back, in the one member that clients of Responses bring back unread: the
/// `encrypted_content` of a reasoning item (https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items). It
/// says whose it is, so that it reaches nobody else.
enum SealedPart {
  /// The text for a part; nil where there is nothing that its maker would want back.
  static func sealed(_ part: Part) -> String? {
    var part = part
    switch part {
    case .thought(var thought):
      guard thought.signature != nil || thought.sealed != nil else { return nil }
      // It stands beside, in the summary.
      thought.text = ""
      thought.extras = [:]
      part = .thought(thought)
    case .toolCall(var call):
      guard call.signature != nil else { return nil }
      call.arguments = ""
      call.extras = [:]
      part = .toolCall(call)
    case .opaque(let opaque): if opaque.dialect == .responses { return nil }
    default: return nil
    }
    return MakersMark.wrap(part)
  }

  /// The part of a text that ``sealed(_:)`` made; nil for any other.
  static func part(_ text: String) -> Part? { MakersMark.unwrap(text) }
}
