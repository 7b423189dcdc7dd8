import OrderedCollections

/// The members of a request in OpenAI's words that another dialect must translate one by one. Of those that nobody takes,
/// what changes the answer's meaning is refused, and what only tunes it is left out and told.
struct ExtraMembers {
  private let provider: String
  private var members: JSONObject
  /// What was left out.
  private(set) var dropped: [String] = []

  /// `vendor` is the name under which clients send what is the target's own, as `extra_body` does, too.
  init(_ extras: JSONObject, of provider: String, vendor: String) {
    self.provider = provider
    members = extras
    members.removeAll { $0.value.isNull || Self.ofTravel.contains($0.key) || Self.isUsual($0.key, $0.value) }
    for name in ["extra_body", vendor] { unfold(name, vendor) }
  }

  /// How the answer travels, and what Sluice keeps by itself.
  private static let ofTravel: Set<String> = ["metadata", "stream", "stream_options"]

  /// What tunes an answer, serves bookkeeping or prices, and changes no meaning.
  private static let hints: Set<String> = [
    "seed", "user", "verbosity", "service_tier", "safety_identifier", "prompt_cache_key",
    "prompt_cache_retention",
    "store", "cache_control", "parallel_tool_calls", "presence_penalty", "frequency_penalty",
    "repetition_penalty", "min_p",
    "top_a",
    "prediction", "reasoning_effort", "reasoning", "thinking", "temperature", "top_p", "top_k", "google",
    "anthropic",
    "provider", "transforms", "models", "usage", "include_reasoning", "reasoning_format",
  ]

  /// Values that say what holds without them too.
  private static let defaults: JSONObject = [
    "n": 1, "logprobs": false, "logit_bias": [:], "presence_penalty": 0, "frequency_penalty": 0,
    "parallel_tool_calls": true, "modalities": ["text"], "functions": [], "top_logprobs": 0,
  ]

  private static func isUsual(_ name: String, _ value: JSONValue) -> Bool {
    guard let usual = defaults[name] else { return false }
    if let number = value.double { return number == usual.double }
    return value == usual
  }

  private mutating func unfold(_ name: String, _ vendor: String) {
    guard case .object(let inner)? = members[name] else { return }
    members[name] = nil
    for (name, value) in inner where !value.isNull {
      if name == vendor, case .object(let own) = value {
        for (name, value) in own { members[name] = value }
      } else {
        members[name] = value
      }
    }
  }

  // MARK: - What is taken

  /// By any of its names.
  mutating func take(_ names: String...) -> JSONValue? {
    for name in names { if let value = members.removeValue(forKey: name) { return value } }
    return nil
  }

  mutating func takeNumber(_ name: String) throws(Untranslatable) -> JSONValue? {
    guard let value = members.removeValue(forKey: name) else { return nil }
    guard value.double != nil else { throw Untranslatable("`\(name)` should be a number.") }
    return value
  }

  /// Leaves out a wish that the target has no word for.
  mutating func drop(_ name: String) {
    if !dropped.contains(name) { dropped.append(name) }
  }

  /// To be called when everything that the provider has an equivalent of is taken. Returns what was left out.
  mutating func finish() throws(Untranslatable) -> [String] {
    for name in members.keys {
      guard Self.hints.contains(name) else { throw .missing("`\(name)`", in: provider) }
      drop(name)
    }
    return dropped
  }
}
