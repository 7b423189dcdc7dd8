import Shared

/// How OpenAI's clients are told of thoughts that their maker, who speaks another dialect, wants back: as entries of
/// `reasoning_details`.
struct MixtureThoughts: Sendable {
  let dialect: Dialect
  /// The provider's name.
  let maker: String

  func detail(text: String, signature: String?) -> JSONValue {
    var entry = head("reasoning.text")
    entry["text"] = .string(text)
    if let signature { entry["signature"] = .string(signature) }
    return .object(entry)
  }

  func detail(sealed data: String) -> JSONValue {
    var entry = head("reasoning.encrypted")
    entry["data"] = .string(data)
    return .object(entry)
  }

  private func head(_ type: String) -> JSONObject {
    [
      "type": .string(type), "id": .string("sluice:\(dialect.rawValue):\(maker)"),
      "format": dialect == .messages ? "anthropic-claude-v1" : "google-gemini-v1",
    ]
  }
}
