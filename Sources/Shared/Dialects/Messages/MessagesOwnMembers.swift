import OrderedCollections

/// What Anthropic says of an answer beside its content, and what only its own clients know.
enum MessagesOwnMembers {
  private static let read: Set<String> = [
    "id", "type", "role", "model", "content", "stop_reason", "usage", "error",
  ]

  /// `members` are those of a message, or of the event that ends it.
  static func of(_ members: JSONObject, usage: JSONObject) -> JSONObject {
    var own = members.filter { !read.contains($0.key) && !$0.value.isNull }
    // Words that stand for no other dialect's.
    switch members["stop_reason"]?.string {
    case nil, "", "end_turn", "tool_use", "max_tokens", "refusal", "stop_sequence": break
    case let word?: own["stop_reason"] = .string(word)
    }
    let usage = MessagesUsage.own(in: usage)
    if !usage.isEmpty { own["usage"] = .object(usage) }
    return own
  }
}
