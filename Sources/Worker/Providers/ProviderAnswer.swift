import Shared

/// A model's complete answer, whichever wire format it came in.
struct ProviderAnswer: Sendable, Hashable {
  /// Empty only where `message` or `embeddings` hold the answer: one without anything is a ``ProviderFault``.
  var text: String
  /// What the message holds beside its text, in OpenAI's form: `tool_calls`, `refusal`, `reasoning`…
  var message: JSONObject = [:]
  var logprobs: JSONValue?
  var finishReason: FinishReason
  /// Zero where the provider did not say.
  var usage: TokenUsage
  /// The `data` of OpenAI's embeddings; nil for a chat.
  var embeddings: JSONValue?
}
