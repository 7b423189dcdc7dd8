/// The words of servers that speak OpenAI's dialect: OpenAI's own, and those of Mistral, vLLM, TGI, Ollama, xAI, DeepSeek,
/// Cerebras, OpenRouter and what stands behind them.
enum ChatFinishReason {
  static func reading(_ json: JSONValue?) -> FinishReasonReading {
    guard let word = json?.string, !word.isEmpty else { return .none }
    return words[word] ?? words[word.lowercased()] ?? .unknown(word)
  }

  private static let words: [String: FinishReasonReading] = [
    "stop": .ended(.stop), "eos": .ended(.stop), "eos_token": .ended(.stop), "end_turn": .ended(.stop),
    "stop_sequence": .ended(.stop), "end": .ended(.stop), "complete": .ended(.stop),
    "completed": .ended(.stop),
    "finished": .ended(.stop), "done": .ended(.stop), "stop_token": .ended(.stop),
    "pause_turn": .ended(.stop),
    "load": .ended(.stop), "unload": .ended(.stop),
    "length": .ended(.length), "max_tokens": .ended(.length), "model_length": .ended(.length),
    "max_length": .ended(.length), "max_output_tokens": .ended(.length), "token_limit": .ended(.length),
    "model_context_window_exceeded": .ended(.length), "context_length": .ended(.length),
    "tool_calls": .ended(.toolCalls), "tool_call": .ended(.toolCalls), "tool_use": .ended(.toolCalls),
    "function_call": .ended(.toolCalls),
    "content_filter": .ended(.contentFilter), "content_filtered": .ended(.contentFilter),
    "refusal": .ended(.contentFilter), "safety": .ended(.contentFilter), "sensitive": .ended(.contentFilter),
    "recitation": .ended(.contentFilter), "blocklist": .ended(.contentFilter),
    "prohibited_content": .ended(.contentFilter), "spii": .ended(.contentFilter),
    "guardrail_intervened": .ended(.contentFilter),
    // OpenRouter and Mistral; DeepSeek.
    "error": .broken, "insufficient_system_resource": .broken,
  ]
}
