import OrderedCollections

/// A thought as an entry of `reasoning_details`, the form in which OpenRouter gives thoughts to OpenAI's clients and wants
/// them back (https://openrouter.ai/docs/use-cases/reasoning-tokens). Thoughts of providers that speak another dialect go
/// out so, too; the `id` of such an entry says whose it is: `sluice:<dialect>:<provider>`, and behind a `#` under which of
/// the provider's keys it was made, where it has several.
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
    let key = maker.key.map { "#\($0)" } ?? ""
    return [
      "type": thought.sealed == nil ? "reasoning.text" : "reasoning.encrypted",
      "id": .string("\(prefix)\(maker.dialect.rawValue):\(maker.provider ?? "")\(key)"),
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
    guard let id = entry["id"]?.string, id.hasPrefix(prefix) else { return nil }
    let words = id.dropFirst(prefix.count).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let dialect = Dialect(rawValue: String(words[0])) else { return nil }
    let names = words[1].split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    return Thought(
      entry["text"]?.string ?? "", signature: entry["signature"]?.string, sealed: entry["data"]?.string,
      maker: Maker(
        provider: names[0].isEmpty ? nil : String(names[0]), dialect: dialect,
        key: names.count == 2 ? KeyPlace(description: String(names[1])) : nil))
  }
}
