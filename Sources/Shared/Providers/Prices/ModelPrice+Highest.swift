extension ModelPrice {
  /// The most that so many tokens can cost, all of the prompt being of the dearest kind of `kinds`, and so the answer.
  /// Kinds without a price of their own cost as plain tokens.
  public func highestCost(promptTokens: Int, answerTokens: Int, kinds: Set<PriceMember>) -> NanoDollars {
    let priced = kinds.filter { rates[$0] != nil || above?.rates[$0] != nil }
    let inputs = [PriceMember.input] + priced.filter { $0 != .input && $0.alike == .input }
    let outputs = [PriceMember.output] + priced.filter { $0 != .output && $0.alike == .output }
    var highest = NanoDollars.zero
    for input in inputs {
      for output in outputs {
        var usage = TokenUsage(promptTokens: promptTokens, completionTokens: answerTokens)
        usage.count(promptTokens, as: input)
        usage.count(answerTokens, as: output)
        highest = max(highest, cost(of: usage))
      }
    }
    return highest
  }
}

extension TokenUsage {
  /// Says that so many tokens are of a kind.
  fileprivate mutating func count(_ tokens: Int, as kind: PriceMember) {
    let tokens = min(max(tokens, 0), Self.limit)
    switch kind {
    case .input, .output: break
    case .cachedInput: cachedTokens = tokens
    case .cacheWrite: cacheWriteTokens = tokens
    case .cacheWrite1h: cacheWrite1hTokens = tokens
    case .reasoning: reasoningTokens = tokens
    case .imageInput: imageInputTokens = tokens
    case .audioInput: audioInputTokens = tokens
    case .audioOutput: audioOutputTokens = tokens
    case .imageOutput: imageOutputTokens = tokens
    }
  }
}
