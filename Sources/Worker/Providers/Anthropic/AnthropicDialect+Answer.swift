import Shared

extension AnthropicDialect {
  func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    guard response.isSuccess else {
      throw AnthropicFault.fault(
        ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    if let error = ProviderErrorObject(in: value) {
      throw AnthropicFault.fault(error, status: nil, response, hiding: key)
    }
    guard let blocks = value["content"]?.array else { throw .failing("no content in the answer") }
    var answer = ProviderAnswer(
      text: "", finishReason: try Self.finishReason(value["stop_reason"]),
      usage: TokenUsage(anthropic: value["usage"]))
    var calls: [JSONValue] = []
    // Thoughts are not part of the answer.
    for block in blocks {
      if block["type"]?.string == "text" { answer.text += block["text"]?.string ?? "" }
      if let call = Self.call(block) { calls.append(call.json) }
    }
    if !calls.isEmpty { answer.message["tool_calls"] = .array(calls) }
    try answer.checkContent()
    return answer
  }

  // MARK: - Parts of answers, whole and streamed

  /// Nil when a block is no call of a function of ours.
  static func call(_ block: JSONValue) -> ToolCall? {
    guard block["type"]?.string == "tool_use", let name = block["name"]?.string else { return nil }
    return ToolCall(
      id: block["id"]?.string ?? "", name: name,
      arguments: (block["input"].flatMap { $0.object == nil ? nil : $0 } ?? [:]).description)
  }

  /// https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
  static func finishReason(_ reason: JSONValue?) throws(ProviderFault) -> FinishReason {
    switch reason?.string {
    case "end_turn", "stop_sequence": return .stop
    case "max_tokens", "model_context_window_exceeded": return .length
    case "tool_use": return .toolCalls
    case "refusal": throw ProviderFault(.contentFiltered, "refused by the model")
    // Tools of Anthropic's own ran too long; nobody asked for those.
    case "pause_turn": throw .failing("paused in mid-answer")
    case nil: throw .failing("no finish reason")
    default: throw .failing("unknown finish reason")
    }
  }
}
