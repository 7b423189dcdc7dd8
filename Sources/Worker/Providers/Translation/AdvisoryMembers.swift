import Shared

/// What providers with an API of their own may be asked without: the answer is the same. Everything else that
/// they have no equivalent of is refused, because nothing that shapes an answer is left out silently.
enum AdvisoryMembers {
  /// They serve OpenAI's bookkeeping, prices and caches, or say how the answer travels to the client.
  private static let ofRequests: Set<String> = [
    "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key",
    "prompt_cache_retention", "stream", "stream_options",
  ]

  /// What earlier answers bring and clients send back with the conversation: sources, and the thoughts of a
  /// model, which belong to the model that had them.
  private static let ofMessages: Set<String> = [
    "annotations", "reasoning", "reasoning_content", "reasoning_details",
  ]

  /// Values that say what holds without them too.
  private static let defaults: JSONObject = [
    "n": 1, "logprobs": false, "logit_bias": [:], "presence_penalty": 0, "frequency_penalty": 0,
    "parallel_tool_calls": true, "modalities": ["text"],
  ]

  static func mayDrop(_ name: String, _ value: JSONValue) -> Bool {
    if value.isNull || ofRequests.contains(name) { return true }
    guard let usual = defaults[name] else { return false }
    if let number = value.double { return number == usual.double }
    return value == usual
  }

  static func mayDropFromMessage(_ name: String, _ value: JSONValue) -> Bool {
    value.isNull || ofMessages.contains(name)
  }
}
