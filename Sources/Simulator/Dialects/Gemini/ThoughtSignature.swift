import Shared

/// What Gemini gives with a call of a function and wants back with its result
/// (https://ai.google.dev/gemini-api/docs/thought-signatures).
enum ThoughtSignature {
  private static let prefix = "thoughts of "
  /// Which Google takes from those that have none, because the call was another model's.
  private static let substitutes = [
    "skip_thought_signature_validator", "context_engineering_is_the_way_to_go",
  ]

  /// Whether a model refuses calls without one.
  static func isDemanded(by model: String) -> Bool { model.hasPrefix("gemini-3") }

  static func make(_ id: String) -> String { Base64.encode((prefix + id).utf8) }

  static func isGenuine(_ text: String) -> Bool {
    if substitutes.contains(text) { return true }
    return Base64.decodeEither(text).map { $0.starts(with: prefix.utf8) } ?? false
  }
}
