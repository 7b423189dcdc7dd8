import Shared

/// What Anthropic's models think, and what they sign it with: a signature goes back as it came
/// (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
enum AnthropicThought {
  static let text = "The question wants an answer. I give one."
  private static let prefix = "anthropic's thoughts of "

  /// What is told of it: nil where `thinking` is off.
  static func wanted(_ thinking: JSONValue?) throws(Refusal) -> String? {
    guard let thinking else { return nil }
    switch thinking["type"]?.string {
    case "enabled":
      guard let budget = thinking["budget_tokens"]?.integer, budget >= 1024 else {
        throw .invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
      }
    case "adaptive": break
    case "disabled": return nil
    default:
      throw .invalid("thinking: Input tag should be one of: 'adaptive', 'disabled', 'enabled'")
    }
    return thinking["display"] == "omitted" ? "" : text
  }

  static func signature(_ id: String) -> String { Base64.encode((prefix + id).utf8) }

  /// Throws for a block that no model of its has signed.
  static func check(_ block: JSONValue, at place: String) throws(Refusal) {
    guard let signature = block["signature"]?.string, block["thinking"]?.string != nil,
      Base64.decodeEither(signature).map({ $0.starts(with: prefix.utf8) }) ?? false
    else { throw .invalid("\(place): Invalid `signature` in `thinking` block") }
  }

  /// Throws where the answer that a tool's result goes on with does not begin with its thought.
  static func checkStart(of messages: [JSONValue]) throws(Refusal) {
    guard let last = messages.lastIndex(where: { $0["role"] == "assistant" }),
      let blocks = messages[last]["content"]?.array, blocks.contains(where: { $0["type"] == "tool_use" }),
      messages.last?["content"]?.array?.contains(where: { $0["type"] == "tool_result" }) == true
    else { return }
    let kind = blocks.first?["type"]?.string ?? ""
    guard !["thinking", "redacted_thinking"].contains(kind) else { return }
    throw .invalid(
      "messages.\(last).content.0.type: Expected `thinking` or `redacted_thinking`, but found `\(kind)`. When `thinking` "
        + "is enabled, a final `assistant` message must start with a thinking block.")
  }
}
