import HTTPTypes
import Shared

extension ResponsesDialect {
  /// OpenAI's reference.
  private static let known: Set<String> = [
    "background", "background_options", "client_metadata", "context_management", "conversation", "include",
    "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "moderation",
    "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream",
    "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation",
    "user",
  ]

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    guard request.method == .post, request.path == Self.path else { throw .unknownPath }
    let body = try chat.authorizedBody(request)
    let model = try chat.model(body)
    for name in body.object?.keys ?? [] where !Self.known.contains(name) {
      throw .invalid("Unknown parameter: '\(name)'.", parameter: name, code: "unknown_parameter")
    }
    try OpenAIParameters(provider: .openai, model: model).checkRange("temperature", body, 0...2)
    try OpenAIParameters(provider: .openai, model: model).checkRange("top_p", body, 0...1)
    if body.present("previous_response_id") != nil {
      throw .invalid(
        "Previous response with id '\(body["previous_response_id"]?.string ?? "")' not found.",
        parameter: "previous_response_id", code: "previous_response_not_found")
    }
    let conversation = try ResponsesInputItems.read(body)
    var call = ChatCall(
      model: model, conversation: conversation, maxTokens: try limit(body),
      delivery: body["stream"]?.bool == true ? .serverSentEvents : .whole)
    let include = body.present("include")?.array ?? []
    call.responses.includesSealed = include.contains("reasoning.encrypted_content")
    if let reasoning = body.present("reasoning") {
      call.responses.thinks = reasoning["effort"] != "none"
      call.responses.summarizes = reasoning.present("summary") != nil
    }
    if include.contains("message.output_text.logprobs") {
      call.logprobs = Int(body["top_logprobs"]?.integer ?? 0)
    }
    try ResponsesTools.read(body, into: &call)
    call.format = try OpenAIFormat.read(format(body), conversation, .openai)
    for name in ["instructions", "max_output_tokens", "text", "reasoning", "tools", "tool_choice", "user"] {
      if let value = body.present(name) { call.responses.repeated[name] = value }
    }
    return call
  }

  private func limit(_ body: JSONValue) throws(Refusal) -> Int? {
    let name = "max_output_tokens"
    guard let value = body.present(name) else { return nil }
    guard let limit = value.integer.flatMap({ Int(exactly: $0) }), limit <= 1 << 40 else {
      throw .invalid(
        "Invalid type for '\(name)': expected an integer.", parameter: name, code: "invalid_type")
    }
    guard limit >= 16 else {
      throw .invalid(
        "Invalid '\(name)': integer below minimum value. Expected a value >= 16, but got \(limit) instead.",
        parameter: name, code: "integer_below_min_value")
    }
    return limit
  }

  /// The format as chat has it.
  private func format(_ body: JSONValue) -> JSONValue {
    guard let format = body["text"]?.present("format")?.object else { return [:] }
    guard format["type"] == "json_schema" else { return ["response_format": .object(format)] }
    return ["response_format": ["type": "json_schema", "json_schema": .object(format)]]
  }
}
