import Shared

/// What a request for completions of texts asks for.
struct CompletionCall: Sendable {
  let model: String
  /// Tokens stand as their numbers with spaces between.
  let prompts: [String]
  /// How many choices each prompt gets.
  let count: Int
  let maxTokens: Int?
  let stopSequences: [String]
  let seed: Int64?
  /// How many likely tokens to tell beside each of the text's own; nil for not even those.
  let logprobs: Int?
  let echoes: Bool
  let isStream: Bool
  /// Whether a stream shall tell its usage.
  let wantsUsage: Bool

  /// The same as a chat of one message, by which its text is made.
  func chat(_ prompt: String, number: Int) -> ChatCall {
    var call = ChatCall(
      model: model, conversation: Conversation(texts: [prompt], images: [], toolResults: []),
      maxTokens: maxTokens, delivery: .whole)
    call.stopSequences = stopSequences
    call.seed = number == 0 ? seed : (seed ?? 0) &+ Int64(number)
    return call
  }
}
