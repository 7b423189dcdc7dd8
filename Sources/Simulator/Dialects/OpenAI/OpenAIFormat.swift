import Shared

/// Reads `response_format`.
enum OpenAIFormat {
  static func read(
    _ body: JSONValue, _ conversation: Conversation, _ provider: SimulatedProvider
  ) throws(Refusal) -> ChatCall.Format {
    guard let value = body.present("response_format") else { return .text }
    let format: ChatCall.Format
    switch value["type"]?.string ?? "" {
    case "text": return .text
    case "json_object":
      if provider != .openrouter, !conversation.prompt.lowercased().contains("json") {
        throw .invalid(
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type "
            + "'json_object'.", parameter: "messages")
      }
      format = .json(schema: nil)
    case "json_schema": format = .json(schema: try schema(value, provider))
    case let type:
      throw .invalid(
        "Invalid value: '\(type)'. Supported values are: 'json_object', 'json_schema', and 'text'.",
        parameter: "response_format.type", code: "invalid_value")
    }
    if provider == .groq, body.present("tools") != nil {
      throw .invalid("json mode cannot be combined with tool/function calling", parameter: "response_format")
    }
    return format
  }

  private static func schema(
    _ format: JSONValue, _ provider: SimulatedProvider
  ) throws(Refusal) -> JSONValue {
    let place = "response_format.json_schema"
    guard let described = format.present("json_schema") else { throw missing(place) }
    guard let name = described["name"]?.string else { throw missing("\(place).name") }
    try OpenAITools.checkName(name, at: "\(place).name")
    guard let schema = described.present("schema") else { throw missing("\(place).schema") }
    if provider == .openai, described["strict"]?.bool == true {
      try OpenAIStrictSchema.check(
        schema, subject: "Invalid schema for response_format '\(name)': ", parameter: "response_format",
        code: nil)
    }
    return schema
  }

  private static func missing(_ parameter: String) -> Refusal {
    .invalid(
      "Missing required parameter: '\(parameter)'.", parameter: parameter, code: "missing_required_parameter")
  }
}
