/// Whether a provider says that a conversation is too long for its model. OpenAI's clients know that by a code, from
/// which LangChain makes an exception of its own; other providers have only sentences for it.
public enum ContextOverflow {
  private static let code = "context_length_exceeded"

  /// The error with OpenAI's code where the provider has a mere sentence for it.
  public static func named(_ error: ProviderError) -> ProviderError {
    guard error.code.map(isVague) ?? true, let message = error.message, isTold(in: message) else {
      return error
    }
    var error = error
    error.code = code
    return error
  }

  /// Whether a code says no more than that something is wrong with the request, such as `INVALID_ARGUMENT`.
  private static func isVague(_ code: String) -> Bool {
    let code = code.lowercased()
    return Int(code) != nil || ["invalid", "bad", "validation"].contains(where: code.hasPrefix)
  }

  // MARK: - Sentences

  /// Each server has a sentence of its own. They name the context and say that it is passed; or they name what is too long,
  /// the prompt or the input, how it is measured, and that it is too much.
  private static func isTold(in message: String) -> Bool {
    let text = message.lowercased()
    if phrases.contains(where: text.contains) { return true }
    let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") })
    guard passes.contains(where: text.contains), words.isDisjoint(with: rates) else { return false }
    if contexts.contains(where: text.contains) { return true }
    return !words.isDisjoint(with: asked) && !words.isDisjoint(with: measures)
      && words.isDisjoint(with: others)
  }

  /// What says all by itself.
  private static let phrases = [
    "maximum context length", "context window", "maximum prompt length", "maximum input length",
    "reduce the length of the messages", "input length should be",
  ]

  /// What is passed.
  private static let contexts = [
    "context length", "context size", "context limit", "the context", "available context", "model context",
    "model length", "model token limit",
  ]

  /// That it is.
  private static let passes = [
    "exceed", "too long", "too many tokens", "too large", "longer than", "greater than", "overflow",
    "must have less than", "must be <", "supports up to",
  ]

  /// Names of members, such as `input_schema`, are words of their own.
  private static let asked: Set<Substring> = ["prompt", "prompts", "input", "inputs"]
  private static let measures: Set<Substring> = ["token", "tokens", "length", "long"]

  /// What passes by waiting.
  private static let rates: Set<Substring> = ["minute", "min", "hour", "day", "rate", "quota", "tpm", "tpd"]
  /// What else may be too long.
  private static let others: Set<Substring> = [
    "string", "character", "characters", "image", "images", "audio", "video", "file", "files", "url", "name",
  ]
}
