/// Why an answer ended, in OpenAI's words.
public enum FinishReason: String, Sendable, Hashable, CaseIterable {
  case stop
  /// `max_tokens` was reached.
  case length
  case contentFilter = "content_filter"
  case toolCalls = "tool_calls"
}
