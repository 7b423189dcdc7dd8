import Shared

/// A model's complete answer, whichever wire format it came in.
struct ProviderAnswer: Sendable, Hashable {
  /// Never empty: an answer without text is a ``ProviderFault``.
  let text: String
  let finishReason: FinishReason
  /// Zero where the provider did not say.
  let usage: TokenUsage
}
