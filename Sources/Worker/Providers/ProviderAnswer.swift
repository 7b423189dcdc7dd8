import Shared

/// What a provider answered.
struct ProviderAnswer: Sendable, Hashable {
  let text: String
  let finishReason: FinishReason
  let usage: TokenUsage
}
