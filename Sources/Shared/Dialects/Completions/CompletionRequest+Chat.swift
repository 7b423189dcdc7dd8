extension CompletionRequest {
  /// A member that a chat has nothing for, so that asking one instead would lose what the client wants.
  public enum ChatObstacle: String, Sendable, Hashable, CaseIterable {
    case prompt
    case suffix
    case count = "n"
    case bestOf = "best_of"
    case logprobs
    case echo
    case maxTokens = "max_tokens"

    /// What is lost, as a phrase behind a provider's name.
    public var phrase: String {
      switch self {
      case .prompt: "is asked by chat, which takes texts that are not empty, and no tokens"
      case .suffix: "is asked by chat, which knows no `suffix`"
      case .count: "is asked by chat, which makes one answer, and not `n` of them"
      case .bestOf: "is asked by chat, which makes one answer, and not the best of several (`best_of`)"
      case .logprobs: "is asked by chat, which has no `logprobs` of this form"
      case .echo: "is asked by chat, which cannot tell the tokens of the prompt (`echo` with `logprobs`)"
      case .maxTokens: "is asked by chat, which makes an answer of one token at least (`max_tokens`)"
      }
    }

    /// What helps.
    public static let advice =
      "leave it out, or ask a provider whose configuration says `completions: true`"
  }

  /// Why this cannot be asked as a chat; nil where nothing is lost by it.
  public var chatObstacle: ChatObstacle? {
    guard let texts, texts.allSatisfy({ !$0.isEmpty }) else { return .prompt }
    if suffix?.isEmpty == false { return .suffix }
    if count > 1 { return .count }
    if let bestOf, bestOf > 1 { return .bestOf }
    if echoes { return .echo }
    if logprobs != nil { return .logprobs }
    if let limit = parameters.maxTokens, limit < 1 { return .maxTokens }
    return nil
  }

  /// The first prompt as a chat of one message, for a provider that has nothing else. Throws what would be lost by it.
  public func conversation(for provider: String) throws(Untranslatable) -> Conversation {
    if let chatObstacle {
      throw Untranslatable("\(provider) \(chatObstacle.phrase); \(ChatObstacle.advice).")
    }
    return Conversation(
      model: model, turns: [Turn(role: .user, text: texts?.first ?? "")], parameters: parameters,
      extras: extras)
  }
}
