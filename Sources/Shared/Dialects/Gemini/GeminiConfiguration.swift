import OrderedCollections

/// How Gemini makes its answer (https://ai.google.dev/api/generate-content#v1beta.GenerationConfig).
enum GeminiConfiguration {
  static func of(
    _ request: Conversation, _ extras: inout ExtraMembers, _ model: GeminiModel, _ target: RequestTarget
  ) throws(Untranslatable) -> JSONObject {
    let isAsAsked = request.dialect == .gemini
    var members =
      (isAsAsked ? request.extras["generationConfig"] : extras.take("generation_config", "generationConfig"))?
      .object ?? [:]
    let parameters = request.parameters
    if let limit = parameters.maxTokens { members["maxOutputTokens"] = .integer(Int64(limit)) }
    if target.shape.takesSampling {
      if let temperature = parameters.temperature { members["temperature"] = .double(temperature) }
      if let topP = parameters.topP { members["topP"] = .double(topP) }
    } else {
      if parameters.temperature != nil { extras.drop("temperature") }
      if parameters.topP != nil { extras.drop("top_p") }
    }
    if let topK = parameters.topK { members["topK"] = .integer(Int64(topK)) }
    if let topK = try extras.takeNumber("top_k") { members["topK"] = topK }
    if !parameters.stop.isEmpty { members["stopSequences"] = .array(parameters.stop.map(JSONValue.string)) }
    if let seed = parameters.seed {
      // Gemini's seed has 32 bits and it refuses a longer one; the lower half still means the same each time.
      members["seed"] = .integer(Int64(Int32(truncatingIfNeeded: seed)))
    }
    if let penalty = parameters.presencePenalty { members["presencePenalty"] = .double(penalty) }
    if let penalty = parameters.frequencyPenalty { members["frequencyPenalty"] = .double(penalty) }
    if let penalty = try extras.takeNumber("presence_penalty") { members["presencePenalty"] = penalty }
    if let penalty = try extras.takeNumber("frequency_penalty") { members["frequencyPenalty"] = penalty }
    if let kinds = modalities(&extras) { members["responseModalities"] = kinds }
    if let value = extras.take("media_resolution", "mediaResolution") { members["mediaResolution"] = value }
    // The forms of the answer and of thoughts stand there as they came.
    if isAsAsked { return members }
    try addFormat(of: request, to: &members)
    try addThinking(of: parameters, &extras, model, target, to: &members)
    return members
  }

  /// OpenAI's `modalities` are small letters, Gemini's capitals.
  private static func modalities(_ extras: inout ExtraMembers) -> JSONValue? {
    if let own = extras.take("response_modalities", "responseModalities") { return own }
    guard let kinds = extras.take("modalities")?.array else { return nil }
    return .array(kinds.map { .string(($0.string ?? "").uppercased()) })
  }

  private static func addFormat(
    of request: Conversation, to members: inout JSONObject
  ) throws(Untranslatable) {
    switch try request.format(for: GeminiDialect.provider) {
    case .text, .other: break
    case .jsonObject: members["responseMimeType"] = "application/json"
    case .jsonSchema(let format):
      members["responseMimeType"] = "application/json"
      members["responseJsonSchema"] = format.schema ?? ["type": "object"]
    }
  }

  // MARK: - Thoughts

  private static func addThinking(
    of parameters: Parameters, _ extras: inout ExtraMembers, _ model: GeminiModel, _ target: RequestTarget,
    to members: inout JSONObject
  ) throws(Untranslatable) {
    if let own = extras.take("thinking_config", "thinkingConfig") {
      members["thinkingConfig"] = inGeminisWords(own)
    } else if let wish = thinking(extras.take("thinking"), model) {
      members["thinkingConfig"] = wish.told
      if !wish.isMet { extras.drop("thinking") }
    } else if let effort = parameters.effort {
      let level = thinking(effort, model)
      if let level { members["thinkingConfig"] = level }
      if level == nil || (effort == "none" && !model.canBeThoughtless) { extras.drop("reasoning_effort") }
    } else if parameters.maxTokens != nil, parameters.savesThoughts, model.mayGoWithoutThoughts,
      members["thinkingConfig"] == nil
    {
      members["thinkingConfig"] = ["thinkingBudget": 0]
    }
  }

  /// Google's own OpenAI endpoint writes it in small letters.
  private static func inGeminisWords(_ json: JSONValue) -> JSONValue {
    guard case .object(let members) = json else { return json }
    var renamed = JSONObject()
    for (name, value) in members {
      switch name {
      case "thinking_budget": renamed["thinkingBudget"] = value
      case "include_thoughts": renamed["includeThoughts"] = value
      case "thinking_level": renamed["thinkingLevel"] = value
      default: renamed[name] = value
      }
    }
    return .object(renamed)
  }

  /// Anthropic's `thinking`, which clients send to whomever they ask; what the model does not take becomes its nearest.
  private static func thinking(_ json: JSONValue?, _ model: GeminiModel) -> (told: JSONValue, isMet: Bool)? {
    switch json?["type"]?.string {
    case "disabled": return thinking("none", model).map { ($0, model.canBeThoughtless) }
    case "enabled", "adaptive":
      var members: JSONObject = ["includeThoughts": true]
      guard let budget = json?["budget_tokens"]?.integer else { return (.object(members), true) }
      let told = min(max(budget, model.budgets.lowerBound), model.budgets.upperBound)
      members["thinkingBudget"] = .integer(told)
      return (.object(members), told == budget)
    default: return nil
    }
  }

  /// As Google's own endpoint in OpenAI's form has it (https://ai.google.dev/gemini-api/docs/openai#thinking); nil for
  /// a level that nobody knows. What a model has no level for becomes its nearest.
  private static func thinking(_ effort: String, _ model: GeminiModel) -> JSONValue? {
    switch (effort, model.thinksInLevels) {
    case ("minimal", true), ("none", true): ["thinkingLevel": model.isFlash ? "minimal" : "low"]
    case ("low", true), ("medium", true), ("high", true): ["thinkingLevel": .string(effort)]
    case ("xhigh", true), ("max", true): ["thinkingLevel": "high"]
    case ("none", false): ["thinkingBudget": .integer(model.canBeThoughtless ? 0 : model.budgets.lowerBound)]
    case ("minimal", false), ("low", false): ["thinkingBudget": 1024]
    case ("medium", false): ["thinkingBudget": 8192]
    case ("high", false), ("xhigh", false), ("max", false): ["thinkingBudget": 24_576]
    default: nil
    }
  }
}
