import Shared

/// A request in Anthropic's form (https://platform.claude.com/docs/en/api/messages/create).
struct AnthropicRequest {
  /// `max_tokens` where the client leaves it out, which Anthropic does not allow: every one of its models can
  /// write so much, and few answers are longer.
  static let usualLimit = 4096
  /// The longest `metadata.user_id`, in characters.
  private static let userIDLimit = 256

  let json: JSONValue

  init(_ request: ChatRequest, model: String, streams: Bool) throws(Untranslatable) {
    var extras = ExtraMembers(request.extras, of: AnthropicDialect.provider)
    let conversation = try AlternatingConversation(request.messages, by: AnthropicPartWriter())
    var members: JSONObject = [
      "model": .string(model), "max_tokens": .integer(Int64(request.maxTokens ?? Self.usualLimit)),
      "messages": .array(conversation.turns.map(Self.message)),
    ]
    if !conversation.system.isEmpty { members["system"] = .array(conversation.system) }
    if streams { members["stream"] = true }
    try Self.addSampling(of: request, &extras, to: &members)
    try Self.addTools(of: request, &extras, to: &members)
    try Self.addOutput(of: request, &extras, to: &members)
    if let user = request.extras["user"]?.string, (1...Self.userIDLimit).contains(user.count) {
      members["metadata"] = ["user_id": .string(user)]
    }
    try extras.refuseOthers()
    json = .object(members)
  }

  private static func message(_ turn: AlternatingConversation.Turn) -> JSONValue {
    ["role": turn.isModel ? "assistant" : "user", "content": .array(turn.parts)]
  }

  // MARK: - Sampling

  private static func addSampling(
    of request: ChatRequest, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    if let temperature = request.temperature {
      guard temperature <= 1 else {
        throw Untranslatable(
          "Anthropic's temperature ends at 1; ask with 0 to 1, or ask a provider that goes to 2.")
      }
      members["temperature"] = .double(temperature)
    }
    if let topP = request.topP { members["top_p"] = .double(topP) }
    if let topK = try extras.takeNumber("top_k") { members["top_k"] = topK }
    if !request.stop.isEmpty { members["stop_sequences"] = .array(request.stop.map(JSONValue.string)) }
    if request.seed != nil { throw .missing("`seed`", in: AnthropicDialect.provider) }
  }

  // MARK: - Tools

  private static func addTools(
    of request: ChatRequest, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    let functions = try request.functions(for: AnthropicDialect.provider)
    let choice = try request.choice(for: AnthropicDialect.provider)
    let isSingle = try extras.takeFlag("parallel_tool_calls") == false
    guard !functions.isEmpty else { return }
    members["tools"] = .array(functions.map(tool))
    guard choice != nil || isSingle else { return }
    var form = form(of: choice ?? .auto)
    if isSingle, choice != ToolChoice.none { form["disable_parallel_tool_use"] = true }
    members["tool_choice"] = .object(form)
  }

  private static func tool(_ function: FunctionTool) -> JSONValue {
    // The type is required, and may be left out in OpenAI's form where a function has no parameters.
    var schema: JSONObject = ["type": "object"]
    for (name, value) in function.parameters?.object ?? ["properties": [:]] { schema[name] = value }
    var members: JSONObject = ["name": .string(function.name)]
    if let description = function.description { members["description"] = .string(description) }
    members["input_schema"] = .object(schema)
    if function.isStrict { members["strict"] = true }
    return .object(members)
  }

  private static func form(of choice: ToolChoice) -> JSONObject {
    switch choice {
    case .auto: ["type": "auto"]
    case .none: ["type": "none"]
    case .required: ["type": "any"]
    case .function(let name): ["type": "tool", "name": .string(name)]
    }
  }

  // MARK: - Form and effort

  private static func addOutput(
    of request: ChatRequest, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    var output = JSONObject()
    switch try request.format(for: AnthropicDialect.provider) {
    case .text: break
    case .jsonObject:
      throw Untranslatable(
        "Anthropic has no `response_format` of the type json_object; ask with json_schema, or another provider."
      )
    case .jsonSchema(_, let schema): output["format"] = ["type": "json_schema", "schema": schema]
    }
    switch try extras.takeText("reasoning_effort") {
    case nil: break
    case "none": members["thinking"] = ["type": "disabled"]
    // A budget of thoughts would need the thoughts of earlier turns back, which OpenAI's form has no place for.
    case let effort? where ["low", "medium", "high", "xhigh"].contains(effort):
      output["effort"] = .string(effort)
    case let effort?: throw .missing("`reasoning_effort` \"\(effort)\"", in: AnthropicDialect.provider)
    }
    if !output.isEmpty { members["output_config"] = .object(output) }
  }
}
