/// A request that its provider understands.
enum ProviderCall: Sendable {
  case chat(ChatCall)
  case embedding(EmbeddingCall, any EmbeddingDialect)
  case completion(CompletionCall, OpenAIDialect)
  case moderation(ModerationCall, OpenAIDialect)

  var model: String {
    switch self {
    case .chat(let call): call.model
    case .embedding(let call, _): call.model
    case .completion(let call, _): call.model
    case .moderation(let call, _): call.model
    }
  }

  /// Whether a text stands in what the model is given.
  func promptContains(_ text: String) -> Bool {
    switch self {
    case .chat(let call): call.prompt.contains(text)
    case .embedding(let call, _): call.inputs.contains { $0.contains(text) }
    case .completion(let call, _): call.prompts.contains { $0.contains(text) }
    case .moderation(let call, _): call.inputs.contains { $0.contains(text) }
    }
  }
}
