import OrderedCollections

/// A request in Anthropic's form (https://platform.claude.com/docs/en/api/messages/create).
struct MessagesRequest {
  /// `max_tokens` where the client leaves it out, which Anthropic does not allow: every one of its models can
  /// write so much, and few answers are longer.
  static let usualLimit = 4096
  /// The longest `metadata.user_id`, in characters.
  private static let userIDLimit = 256
  /// What is Anthropic's own, and goes to it as it came.
  private static let own = [
    "thinking", "context_management", "container", "mcp_servers", "output_config", "cache_control",
  ]

  let json: JSONValue
  /// What of the client's wishes was left out.
  let dropped: [String]

  init(_ request: Conversation, for target: RequestTarget, streams: Bool) throws(Untranslatable) {
    let conversation = target.fitToolCallIDs(of: request, as: .wordCharacters)
    var extras = ExtraMembers(
      request.dialect == .chat ? request.extras : [:], of: MessagesDialect.provider, vendor: "anthropic")
    let turns = try AlternatingConversation(
      conversation.turns,
      by: MessagesPartWriter(maker: target.provider, takesExtras: request.dialect == .chat))
    var members: JSONObject = [
      "model": .string(target.model),
      "max_tokens": .integer(Int64(request.parameters.maxTokens ?? Self.usualLimit)),
      "messages": .array(turns.turns.map(Self.message)),
    ]
    if !turns.system.isEmpty { members["system"] = .array(turns.system) }
    if streams { members["stream"] = true }
    for name in Self.own { if let value = extras.take(name) { members[name] = value } }
    // Thoughts count towards the longest answer, which must be longer than they may be.
    if request.parameters.maxTokens == nil, let budget = members["thinking"]?["budget_tokens"]?.integer {
      members["max_tokens"] = .integer(min(max(budget, 0), 1_000_000) + Int64(Self.usualLimit))
    }
    if conversation.hasNames { extras.drop("name") }
    try Self.addSampling(of: request.parameters, target.shape, &extras, to: &members)
    try Self.addTools(of: request, &extras, to: &members)
    try Self.addOutput(of: request, &extras, to: &members)
    if let user = request.parameters.user {
      if (1...Self.userIDLimit).contains(user.count) {
        members["metadata"] = ["user_id": .string(user)]
      } else {
        extras.drop("user")
      }
    }
    dropped = try extras.finish()
    json = .object(members)
  }

  private static func message(_ turn: AlternatingConversation.Turn) -> JSONValue {
    ["role": turn.isModel ? "assistant" : "user", "content": .array(turn.parts)]
  }

  // MARK: - Sampling

  private static func addSampling(
    of parameters: Parameters, _ shape: ProviderShape, _ extras: inout ExtraMembers,
    to members: inout JSONObject
  ) throws(Untranslatable) {
    let thinks = ["enabled", "adaptive"].contains(members["thinking"]?["type"]?.string)
    if let temperature = parameters.temperature {
      // A model that thinks takes none but 1.
      if !shape.takesSampling || (thinks && temperature != 1) {
        extras.drop("temperature")
      } else {
        // Anthropic's ends at 1.
        if temperature > 1 { extras.drop("temperature") }
        members["temperature"] = .double(min(temperature, 1))
      }
    }
    if let topP = parameters.topP {
      if shape.takesSampling { members["top_p"] = .double(topP) } else { extras.drop("top_p") }
    }
    if let topK = try extras.takeNumber("top_k") {
      if shape.takesSampling { members["top_k"] = topK } else { extras.drop("top_k") }
    }
    if !parameters.stop.isEmpty { members["stop_sequences"] = .array(parameters.stop.map(JSONValue.string)) }
    if parameters.seed != nil { extras.drop("seed") }
  }

  // MARK: - Tools

  private static func addTools(
    of request: Conversation, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    let functions = try request.functions(for: MessagesDialect.provider)
    let choice = try request.choice(for: MessagesDialect.provider)
    let isSingle = request.parameters.parallelToolCalls == false
    guard !functions.isEmpty else { return }
    members["tools"] = .array(functions.map { tool($0, takesExtras: request.dialect == .chat) })
    guard choice != nil || isSingle else { return }
    var form = form(of: choice ?? .auto)
    if isSingle, choice != ToolChoice.none { form["disable_parallel_tool_use"] = true }
    members["tool_choice"] = .object(form)
  }

  private static func tool(_ function: FunctionTool, takesExtras: Bool) -> JSONValue {
    // The type is required, and may be left out in OpenAI's form where a function has no parameters.
    var schema: JSONObject = ["type": "object"]
    for (name, value) in function.parameters?.object ?? ["properties": [:]] { schema[name] = value }
    var members: JSONObject = ["name": .string(function.name)]
    if let description = function.description { members["description"] = .string(description) }
    members["input_schema"] = .object(schema)
    if function.isStrict == true { members["strict"] = true }
    let control = function.extras["cache_control"] ?? function.extras["function"]?["cache_control"]
    if takesExtras, let control { members["cache_control"] = control }
    return .object(members)
  }

  private static func form(of choice: ToolChoice) -> JSONObject {
    switch choice {
    case .auto, .other: ["type": "auto"]
    case .none: ["type": "none"]
    case .required: ["type": "any"]
    case .function(let name): ["type": "tool", "name": .string(name)]
    }
  }

  // MARK: - Form and effort

  private static func addOutput(
    of request: Conversation, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    var output = members["output_config"]?.object ?? [:]
    switch try request.format(for: MessagesDialect.provider) {
    case .text, .other: break
    case .jsonObject:
      throw Untranslatable(
        "Anthropic has no `response_format` of the type json_object; ask with json_schema, or another provider."
      )
    case .jsonSchema(let format):
      output["format"] = ["type": "json_schema", "schema": format.schema ?? ["type": "object"]]
    }
    switch request.parameters.effort {
    case nil: break
    case "none": if members["thinking"] == nil { members["thinking"] = ["type": "disabled"] }
    case "minimal":
      output["effort"] = "low"
    case let effort? where ["low", "medium", "high", "xhigh", "max"].contains(effort):
      output["effort"] = .string(effort)
    // The nearest to a level that nobody knows is the usual one.
    case _?: extras.drop("reasoning_effort")
    }
    if !output.isEmpty { members["output_config"] = .object(output) }
  }
}
