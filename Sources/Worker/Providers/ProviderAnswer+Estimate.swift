import Shared

extension ProviderAnswer {
  /// Puts estimates in the place of what the provider has not counted, for nothing that was bought is free: a token for four
  /// bytes, by which admissions reckon, too. What clients are told stays what the provider has said.
  mutating func estimateUsage(for request: JobRequest) {
    let told = answer.usage
    let isWritten = request.longestAnswer != 0
    // Nearly always: nothing is looked at then.
    guard told.promptTokens == 0 || (told.completionTokens == 0 && isWritten), request.isCounted else {
      return
    }
    // A count of nought is true where nothing has come.
    let isNothing = told.completionTokens == 0 && embeddings == nil && answer.isEmpty
    guard !(told.saysNothingRead && isNothing) else { return }
    let estimate = request.estimatedUsage.promptTokens
    var usage = told
    switch (told.promptTokens, told.completionTokens) {
    case (0, 0) where told.totalTokens > 0:
      usage.promptTokens = isWritten ? min(told.totalTokens, estimate) : told.totalTokens
      usage.completionTokens = told.totalTokens - usage.promptTokens
    case (let prompt, let completion):
      // What a total has beyond the one count is the other.
      let rest = told.totalTokens - prompt - completion
      if prompt == 0 { usage.promptTokens = rest > 0 ? rest : estimate }
      if completion == 0, isWritten { usage.completionTokens = rest > 0 ? rest : (answer.weight + 3) / 4 }
    }
    usage.promptTokens = min(usage.promptTokens, TokenUsage.limit)
    usage.completionTokens = min(usage.completionTokens, TokenUsage.limit)
    usage.totalTokens = max(told.totalTokens, usage.promptTokens + usage.completionTokens)
    usage.told = told.openAIForm
    answer.usage = usage
  }
}

extension Answer {
  /// What was said of it, about: texts, thoughts and calls, in bytes.
  var weight: Int {
    choices.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.weight } }
  }
}

extension JobRequest {
  /// Whether a model reads it for money: who asks whether texts are harmful, or how long they are, is told no counts.
  fileprivate var isCounted: Bool {
    switch self {
    case .chat, .completion, .embedding: true
    case .moderation, .count: false
    }
  }
}
