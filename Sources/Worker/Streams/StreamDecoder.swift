import Shared

/// Reads the events of one streamed answer, in the order in which they come.
protocol StreamDecoder: Sendable {
  /// What an event brings. Throws the fault that it tells of, or what is wrong with it.
  mutating func decode(_ event: ServerSentEvent) throws(ProviderFault) -> StreamPiece

  /// Whether the provider has said that the answer is whole: a stream that ends before that was cut.
  var isComplete: Bool { get }
}

/// What one event of a provider's stream brings.
struct StreamPiece: Sendable, Hashable {
  var delta = AnswerDelta()
  /// Why the answer ends, with the event that says so.
  var finishReason: FinishReason?
  /// Tokens so far; what comes later replaces what came before.
  var usage: TokenUsage?
}
