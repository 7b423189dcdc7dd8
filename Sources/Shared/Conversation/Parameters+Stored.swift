/// Parameters as they stand in a stored conversation.
extension Parameters {
  /// Writes members of an object.
  func write(to json: inout JSONWriter) {
    if let maxTokens { json.member("max_tokens", Int64(maxTokens)) }
    if limitsCompletionTokens { json.member("limits_completion_tokens", json: true) }
    if let temperature { json.member("temperature", json: .double(temperature)) }
    if let topP { json.member("top_p", json: .double(topP)) }
    if let topK { json.member("top_k", Int64(topK)) }
    if let presencePenalty { json.member("presence_penalty", json: .double(presencePenalty)) }
    if let frequencyPenalty { json.member("frequency_penalty", json: .double(frequencyPenalty)) }
    if !stop.isEmpty { json.member("stop", json: .array(stop.map(JSONValue.string))) }
    if let seed { json.member("seed", seed) }
    if let responseFormat { json.member("format", json: responseFormat.stored) }
    if let effort { json.member("effort", effort) }
    if let thinking { json.member("thinking", json: thinking.stored) }
    if let showsThoughts { json.member("shows_thoughts", json: .bool(showsThoughts)) }
    if let parallelToolCalls { json.member("parallel_tool_calls", json: .bool(parallelToolCalls)) }
    if let user { json.member("user", user) }
    if savesThoughts { json.member("saves_thoughts", json: true) }
  }

  /// Reads what ``write(to:)`` writes.
  init(stored json: JSONValue?) {
    self.init(
      maxTokens: json?["max_tokens"]?.integer.map { Int($0) }, temperature: json?["temperature"]?.double,
      topP: json?["top_p"]?.double, stop: json?["stop"]?.array?.compactMap(\.string) ?? [],
      seed: json?["seed"]?.integer)
    limitsCompletionTokens = json?["limits_completion_tokens"]?.bool ?? false
    topK = json?["top_k"]?.integer.map { Int($0) }
    presencePenalty = json?["presence_penalty"]?.double
    frequencyPenalty = json?["frequency_penalty"]?.double
    responseFormat = json?["format"].map(ResponseFormat.init(stored:))
    effort = json?["effort"]?.string
    thinking = json?["thinking"].flatMap(Thinking.init(stored:))
    showsThoughts = json?["shows_thoughts"]?.bool
    parallelToolCalls = json?["parallel_tool_calls"]?.bool
    user = json?["user"]?.string
    savesThoughts = json?["saves_thoughts"]?.bool ?? false
  }
}

extension Thinking {
  fileprivate var stored: JSONValue {
    switch self {
    case .enabled(nil): "enabled"
    case .enabled(let budget?): .integer(Int64(budget))
    case .adaptive: "adaptive"
    case .disabled: "disabled"
    }
  }

  fileprivate init?(stored json: JSONValue) {
    switch json {
    case .integer(let budget): self = .enabled(budget: Int(budget))
    case "enabled": self = .enabled(budget: nil)
    case "adaptive": self = .adaptive
    case "disabled": self = .disabled
    default: return nil
    }
  }
}

extension ResponseFormat {
  fileprivate var stored: JSONValue {
    switch self {
    case .text: return "text"
    case .jsonObject: return "json"
    case .jsonSchema(let schema):
      var members: JSONObject = ["name": .string(schema.name)]
      members["schema"] = schema.schema
      if !schema.extras.isEmpty { members["extras"] = .object(schema.extras) }
      return .object(members)
    case .other(let json): return .array([json])
    }
  }

  fileprivate init(stored json: JSONValue) {
    switch json {
    case "json": self = .jsonObject
    case .object(let members):
      self = .jsonSchema(
        JSONSchema(
          name: members["name"]?.string ?? "", schema: members["schema"],
          extras: members["extras"]?.object ?? [:]))
    case .array(let elements) where elements.count == 1: self = .other(elements[0])
    default: self = .text
    }
  }
}
