import Shared

/// The parameters of a chat completion that are refused before anything is made of them.
struct OpenAIParameters {
  let provider: SimulatedProvider
  let model: String

  /// OpenAI's reference, and what Groq has of its own.
  private static let known: Set<String> = [
    "audio", "citation_options", "compound_custom", "disable_tool_validation", "documents",
    "exclude_domains", "frequency_penalty", "function_call", "functions", "include_domains",
    "include_reasoning", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens", "messages",
    "metadata", "modalities", "model", "moderation", "n", "parallel_tool_calls", "prediction",
    "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
    "reasoning_effort", "reasoning_format", "response_format", "safety_identifier", "search_settings", "seed",
    "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools",
    "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
  ]
  /// What Groq refuses (its page on OpenAI compatibility).
  private static let unsupportedByGroq = ["logprobs", "logit_bias", "top_logprobs"]

  func check(_ body: JSONValue, _ messages: [JSONValue]) throws(Refusal) {
    switch provider {
    case .groq: try checkGroq(body, messages)
    case .openai: try checkOpenAI(body)
    // OpenRouter drops silently what the model's provider does not take.
    default: break
    }
    try checkRange("temperature", body, 0...2)
    try checkRange("top_p", body, 0...1)
    try checkRange("presence_penalty", body, -2...2)
    try checkRange("frequency_penalty", body, -2...2)
    if body.present("stream_options") != nil, body["stream"]?.bool != true {
      throw .invalid(
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        parameter: "stream_options")
    }
  }

  private func checkGroq(_ body: JSONValue, _ messages: [JSONValue]) throws(Refusal) {
    for name in Self.unsupportedByGroq where body.present(name) != nil && body[name] != false {
      throw .invalid("property '\(name)' is unsupported", parameter: name)
    }
    for name in body.object?.keys ?? [] where !Self.known.contains(name) {
      throw .invalid("property '\(name)' is unsupported")
    }
    if let count = body["n"]?.integer, count != 1 {
      throw .invalid("'n' : number must be at most 1", parameter: "n")
    }
    for (index, message) in messages.enumerated() where message["name"] != nil {
      throw .invalid(
        "'messages.\(index)' : for 'role:\(message["role"]?.string ?? "")' the following must be satisfied"
          + "[('messages.\(index)' : property 'name' is unsupported)]")
    }
  }

  private func checkOpenAI(_ body: JSONValue) throws(Refusal) {
    for name in body.object?.keys ?? [] where !Self.known.contains(name) {
      throw .invalid("Unknown parameter: '\(name)'.", parameter: name, code: "unknown_parameter")
    }
    guard body.present("max_tokens") != nil else { return }
    if body.present("max_completion_tokens") != nil {
      throw .invalid(
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        parameter: "max_tokens", code: "invalid_parameter_combination")
    }
    if ["o1", "o3", "o4", "gpt-5"].contains(where: model.hasPrefix) {
      throw .invalid(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
          + "instead.", parameter: "max_tokens", code: "unsupported_parameter")
    }
  }

  func checkRange(
    _ name: String, _ body: JSONValue, _ range: ClosedRange<Double>
  ) throws(Refusal) {
    guard let value = body.present(name) else { return }
    guard let number = value.double else {
      throw .invalid("Invalid type for '\(name)': expected a decimal.", parameter: name, code: "invalid_type")
    }
    if number < range.lowerBound {
      throw .invalid(
        "Invalid '\(name)': decimal below minimum value. Expected a value >= "
          + "\(range.lowerBound.shortDescription), but got \(number.shortDescription) instead.",
        parameter: name, code: "decimal_below_min_value")
    }
    if number > range.upperBound {
      throw .invalid(
        "Invalid '\(name)': decimal above maximum value. Expected a value <= "
          + "\(range.upperBound.shortDescription), but got \(number.shortDescription) instead.",
        parameter: name, code: "decimal_above_max_value")
    }
  }
}
