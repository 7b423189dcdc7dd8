import Shared

/// What has come of an answer that did not come to its end, although its request was sent: it was given up, or broke off.
/// Its provider most likely wants to be paid for the prompt, and for what it has said.
struct UnfinishedAnswer: Sendable, Hashable {
  /// What the provider has counted until then; zero where it has said nothing of it.
  var told = TokenUsage.zero
  /// Of what it has said, about: texts, thoughts and calls, not what is around them.
  var bytes = 0

  /// What it used: as far as the provider has said so, else by the estimate by which admissions reckon, a token for four
  /// bytes, but no more than the `longest` answer, which is what they have reserved.
  func usage(for request: JobRequest, longest: Int) -> TokenUsage {
    TokenUsage(
      promptTokens: told.promptTokens > 0 ? told.promptTokens : request.estimatedUsage.promptTokens,
      completionTokens: max(told.completionTokens, min((bytes + 3) / 4, longest)),
      cachedTokens: told.cachedTokens,
      cacheWriteTokens: told.cacheWriteTokens, cacheWrite1hTokens: told.cacheWrite1hTokens,
      reasoningTokens: told.reasoningTokens, audioInputTokens: told.audioInputTokens,
      imageInputTokens: told.imageInputTokens, audioOutputTokens: told.audioOutputTokens,
      imageOutputTokens: told.imageOutputTokens, toldCost: told.toldCost)
  }
}

extension ProviderFault {
  /// What the answer used that this came with, as of one that stands; nil for nothing.
  func usedTokens(for request: JobRequest) -> TokenUsage? {
    guard let remains, remains.usage != .zero || remains.weight > 0 else { return nil }
    var whole = ProviderAnswer(remains)
    whole.estimateUsage(for: request)
    let usage = whole.answer.usage
    return usage.isZero && usage.toldCost == nil ? nil : usage
  }
}
