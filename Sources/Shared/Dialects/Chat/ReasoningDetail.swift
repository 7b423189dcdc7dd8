import OrderedCollections

/// A thought as an entry of `reasoning_details`, the form in which OpenRouter gives thoughts to OpenAI's clients and wants
/// them back (https://openrouter.ai/docs/use-cases/reasoning-tokens). Thoughts of providers that speak another dialect go
/// out so, too; the `id` of such an entry says whose it is: `sluice:` and ``Maker/name``.
enum ReasoningDetail {
  private static let prefix = "sluice:"

  /// An entry for a thought of another dialect; nil where there is nothing that its maker would want back.
  static func entry(of thought: Thought, index: Int) -> JSONObject? {
    guard let maker = thought.maker, maker.dialect != .chat, thought.signature != nil || thought.sealed != nil
    else { return nil }
    var entry = head(of: thought)
    if let sealed = thought.sealed {
      entry["data"] = .string(sealed)
    } else {
      entry["text"] = .string(thought.text)
    }
    if let signature = thought.signature { entry["signature"] = .string(signature) }
    entry["index"] = .integer(Int64(index))
    return entry
  }

  /// What an entry is told once: what it is, and whose.
  static func head(of thought: Thought) -> JSONObject {
    guard let maker = thought.maker else { return [:] }
    return [
      "type": thought.sealed == nil ? "reasoning.text" : "reasoning.encrypted",
      "id": .string("\(prefix)\(maker.name)"),
      "format": .string(format(of: maker.dialect)),
    ]
  }

  private static func format(of dialect: Dialect) -> String {
    switch dialect {
    case .messages: "anthropic-claude-v1"
    case .gemini: "google-gemini-v1"
    case .chat, .responses: "openai-responses-v1"
    }
  }

  /// The thought of an entry that ``head(of:)`` made; nil for any other's.
  static func thought(_ entry: JSONObject) -> Thought? {
    guard let id = entry["id"]?.string, id.hasPrefix(prefix),
      let maker = Maker(name: id.dropFirst(prefix.count))
    else { return nil }
    return Thought(
      entry["text"]?.string ?? "", signature: entry["signature"]?.string, sealed: entry["data"]?.string,
      maker: maker)
  }
}
