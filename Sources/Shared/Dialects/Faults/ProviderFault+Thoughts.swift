extension ProviderFault {
  /// Whether the provider refuses thoughts that come back to it: they were made under another key, or for another
  /// deployment, or were changed on their way.
  public var isOfThoughts: Bool {
    guard kind == .requestRefused, let error else { return false }
    if error.code == "invalid_encrypted_content" { return true }
    // Anthropic's, and Gemini's.
    guard let words = error.message?.lowercased() else { return false }
    return words.contains("signature") && (words.contains("thinking") || words.contains("thought"))
  }
}
