import Shared

/// A request in Gemini's form (https://ai.google.dev/api/generate-content#request-body).
struct GeminiRequest {
  let json: JSONValue

  init(_ request: ChatRequest, model: GeminiModel) throws(Untranslatable) {
    var extras = ExtraMembers(request.extras, of: GeminiDialect.provider)
    let conversation = try AlternatingConversation(request.messages, by: GeminiPartWriter(model: model))
    var members: JSONObject = ["contents": .array(conversation.turns.map(Self.content))]
    if !conversation.system.isEmpty { members["systemInstruction"] = ["parts": .array(conversation.system)] }
    try Self.addTools(of: request, &extras, to: &members)
    let configuration = try Self.configuration(of: request, &extras, model)
    if !configuration.isEmpty { members["generationConfig"] = .object(configuration) }
    try extras.refuseOthers()
    json = .object(members)
  }

  private static func content(of turn: AlternatingConversation.Turn) -> JSONValue {
    ["role": turn.isModel ? "model" : "user", "parts": .array(turn.parts)]
  }

  // MARK: - Tools

  private static func addTools(
    of request: ChatRequest, _ extras: inout ExtraMembers, to members: inout JSONObject
  ) throws(Untranslatable) {
    let functions = try request.functions(for: GeminiDialect.provider)
    let choice = try request.choice(for: GeminiDialect.provider)
    if try extras.takeFlag("parallel_tool_calls") == false, !functions.isEmpty, choice != ToolChoice.none {
      throw .missing(
        "way to be kept from several calls at once (`parallel_tool_calls`)", in: GeminiDialect.provider)
    }
    guard !functions.isEmpty else { return }
    members["tools"] = [["functionDeclarations": .array(functions.map(declaration))]]
    if let choice { members["toolConfig"] = ["functionCallingConfig": configuration(of: choice)] }
  }

  /// `strict` is left out: Gemini always follows the schema as well as it can, and promises no more.
  private static func declaration(of function: FunctionTool) -> JSONValue {
    var members: JSONObject = ["name": .string(function.name)]
    if let description = function.description { members["description"] = .string(description) }
    // `parameters` would take only a part of JSON Schema.
    if let schema = function.parameters { members["parametersJsonSchema"] = schema }
    return .object(members)
  }

  private static func configuration(of choice: ToolChoice) -> JSONValue {
    switch choice {
    case .auto: ["mode": "AUTO"]
    case .none: ["mode": "NONE"]
    case .required: ["mode": "ANY"]
    case .function(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
    }
  }

  // MARK: - Generation

  private static func configuration(
    of request: ChatRequest, _ extras: inout ExtraMembers, _ model: GeminiModel
  ) throws(Untranslatable) -> JSONObject {
    var members = JSONObject()
    if let limit = request.maxTokens { members["maxOutputTokens"] = .integer(Int64(limit)) }
    if let temperature = request.temperature { members["temperature"] = .double(temperature) }
    if let topP = request.topP { members["topP"] = .double(topP) }
    if let topK = try extras.takeNumber("top_k") { members["topK"] = topK }
    if !request.stop.isEmpty { members["stopSequences"] = .array(request.stop.map(JSONValue.string)) }
    if let seed = request.seed {
      // Gemini's seed has 32 bits and it refuses a longer one; the lower half still means the same each time.
      members["seed"] = .integer(Int64(Int32(truncatingIfNeeded: seed)))
    }
    if let penalty = try extras.takeNumber("presence_penalty") { members["presencePenalty"] = penalty }
    if let penalty = try extras.takeNumber("frequency_penalty") { members["frequencyPenalty"] = penalty }
    switch try request.format(for: GeminiDialect.provider) {
    case .text: break
    case .jsonObject: members["responseMimeType"] = "application/json"
    case .jsonSchema(_, let schema):
      members["responseMimeType"] = "application/json"
      members["responseJsonSchema"] = schema
    }
    if let effort = try extras.takeText("reasoning_effort") {
      members["thinkingConfig"] = try thinking(effort, model)
    } else if request.maxTokens != nil, model.mayGoWithoutThoughts {
      members["thinkingConfig"] = ["thinkingBudget": 0]
    }
    return members
  }

  /// As Google's own endpoint in OpenAI's form has it (https://ai.google.dev/gemini-api/docs/openai#thinking).
  private static func thinking(_ effort: String, _ model: GeminiModel) throws(Untranslatable) -> JSONValue {
    switch (effort, model.thinksInLevels) {
    case ("minimal", true): return ["thinkingLevel": model.isFlash ? "minimal" : "low"]
    case ("low", true), ("medium", true), ("high", true): return ["thinkingLevel": .string(effort)]
    case ("none", true): throw Untranslatable("\(model.name) cannot be kept from thinking.")
    case ("none", false): return ["thinkingBudget": 0]
    case ("minimal", false), ("low", false): return ["thinkingBudget": 1024]
    case ("medium", false): return ["thinkingBudget": 8192]
    case ("high", false): return ["thinkingBudget": 24_576]
    default: throw .missing("`reasoning_effort` \"\(effort)\"", in: GeminiDialect.provider)
    }
  }
}
