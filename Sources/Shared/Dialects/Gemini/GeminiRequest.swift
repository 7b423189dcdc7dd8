import OrderedCollections

/// A request in Gemini's form (https://ai.google.dev/api/generate-content#request-body).
struct GeminiRequest {
  let json: JSONValue
  /// What of the client's wishes was left out.
  let dropped: [String]

  init(_ request: Conversation, for target: RequestTarget) throws(Untranslatable) {
    let model = GeminiModel(target.model)
    var extras = ExtraMembers(
      request.dialect == .chat ? request.extras : [:], of: GeminiDialect.provider, vendor: "google")
    let conversation = try AlternatingConversation(
      target.fitToolCallIDs(of: request).turns,
      by: GeminiPartWriter(
        model: model, maker: target.provider, keepsMembers: request.dialect == .gemini))
    var members: JSONObject = ["contents": .array(conversation.turns.map(Self.content))]
    if !conversation.system.isEmpty { members["systemInstruction"] = ["parts": .array(conversation.system)] }
    if request.hasNames { extras.drop("name") }
    if request.parameters.user != nil { extras.drop("user") }
    if request.dialect == .gemini {
      Self.addAsAsked(request, to: &members)
    } else {
      Self.addOwn(&extras, to: &members)
      try Self.addTools(of: request, &extras, to: &members)
    }
    let configuration = try GeminiConfiguration.of(request, &extras, model, target)
    if !configuration.isEmpty { members["generationConfig"] = .object(configuration) }
    dropped = try extras.finish()
    json = .object(members)
  }

  /// What is Gemini's own beside the configuration, and goes to it as it came.
  private static func addOwn(_ extras: inout ExtraMembers, to members: inout JSONObject) {
    if let value = extras.take("safety_settings", "safetySettings") { members["safetySettings"] = value }
    if let value = extras.take("cached_content", "cachedContent") { members["cachedContent"] = value }
    if let value = extras.take("labels") { members["labels"] = value }
  }

  /// What was asked in this form goes as it came, with what nobody here knows.
  private static func addAsAsked(_ request: Conversation, to members: inout JSONObject) {
    for (name, value) in request.extras where name != "generationConfig" { members[name] = value }
    let functions = request.functions
    var tools: [JSONValue] =
      functions.isEmpty
      ? [] : [["functionDeclarations": .array(functions.map { declaration(of: $0, keepsMembers: true) })]]
    for case .other(let tool) in request.tools { tools.append(tool) }
    if !tools.isEmpty { members["tools"] = .array(tools) }
    // What the client said of the choice stands among its members.
    if members["toolConfig"] == nil, let choice = request.toolChoice {
      members["toolConfig"] = ["functionCallingConfig": configuration(of: choice)]
    }
  }

  private static func content(of turn: AlternatingConversation.Turn) -> JSONValue {
    ["role": turn.isModel ? "model" : "user", "parts": .array(turn.parts)]
  }

  // MARK: - Tools

  private static func addTools(
    of request: Conversation, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    let functions = try request.functions(for: GeminiDialect.provider)
    let choice = try request.choice(for: GeminiDialect.provider)
    guard !functions.isEmpty else { return }
    // It matters only where there may be calls.
    if request.parameters.parallelToolCalls == false, choice != ToolChoice.none {
      extras.drop("parallel_tool_calls")
    }
    members["tools"] = [
      ["functionDeclarations": .array(functions.map { declaration(of: $0, keepsMembers: false) })]
    ]
    if let choice { members["toolConfig"] = ["functionCallingConfig": configuration(of: choice)] }
  }

  /// `strict` is left out: Gemini always follows the schema as well as it can, and promises no more.
  private static func declaration(of function: FunctionTool, keepsMembers: Bool) -> JSONValue {
    var members: JSONObject = ["name": .string(function.name)]
    if keepsMembers { for (name, value) in function.extras { members[name] = value } }
    if let description = function.description { members["description"] = .string(description) }
    // `parameters` would take only a part of JSON Schema. Who asked in Gemini's form may have sent them.
    if members["parameters"] == nil, let schema = function.parameters {
      members["parametersJsonSchema"] = schema
    }
    return .object(members)
  }

  private static func configuration(of choice: ToolChoice) -> JSONValue {
    switch choice {
    case .auto, .other: ["mode": "AUTO"]
    case .none: ["mode": "NONE"]
    case .required: ["mode": "ANY"]
    case .function(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
    }
  }
}
