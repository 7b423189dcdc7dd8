/// Whether a provider says that a conversation is too long for its model. OpenAI's clients know that by a code, from
/// which LangChain makes an exception of its own; other providers have only sentences for it.
public enum ContextOverflow {
  private static let code = "context_length_exceeded"

  /// What servers say, in lower case: OpenAI, vLLM, Mistral and OpenRouter; llama.cpp; Anthropic; Gemini; xAI; Bedrock;
  /// TGI.
  private static let sentences = [
    "maximum context length", "context length exceeded", "exceeds the context", "exceed the context",
    "exceeds the available context", "context window", "prompt is too long",
    "exceeds the maximum number of tokens",
    "maximum prompt length", "input is too long", "tokens + `max_new_tokens` must be",
  ]

  /// Codes that say no more than that something is wrong with the request.
  private static let vague: Set = [
    "INVALID_ARGUMENT", "invalid_request_error", "BadRequestError", "BadRequest", "bad_request",
  ]

  /// The error with OpenAI's code where the provider has a mere sentence for it.
  public static func named(_ error: ProviderError) -> ProviderError {
    guard error.code.map({ vague.contains($0) || Int($0) != nil }) ?? true,
      let message = error.message?.lowercased(), sentences.contains(where: message.contains)
    else { return error }
    var error = error
    error.code = code
    return error
  }
}
