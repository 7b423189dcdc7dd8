import OrderedCollections

/// A request to a provider that speaks Responses (https://platform.openai.com/docs/api-reference/responses/create). It is
/// asked whole each time, nothing is left with the provider, and its thoughts come sealed.
struct ResponsesRequestWriter {
  let json: JSONValue
  /// What of the client's wishes was left out.
  let dropped: [String]

  private static let sealedThoughts = "reasoning.encrypted_content"
  private static let logprobs: JSONValue = "message.output_text.logprobs"

  init(_ request: Conversation, for target: RequestTarget, streams: Bool) throws(Untranslatable) {
    let isOurs = request.dialect == .responses
    let conversation = isOurs ? request : target.fitToolCallIDs(of: request)
    let parameters = request.parameters
    var members: JSONObject = ["model": .string(target.model)]
    var items = ResponsesItemWriter(maker: target.provider, takesExtras: isOurs)
    for (index, turn) in conversation.turns.enumerated() {
      if turn.extras[ResponsesItemReader.instructions] != nil {
        members["instructions"] = .string(turn.text)
        continue
      }
      do throws(Untranslatable) { try items.write(turn) } catch { throw error.at("messages[\(index)]") }
    }
    members["input"] = .array(items.items)
    var dropped: [String] = []
    Self.add(parameters, target.shape, isOurs: isOurs, to: &members, &dropped)
    // Open Responses has them, OpenAI has not.
    for (name, value) in [
      ("presence_penalty", parameters.presencePenalty), ("frequency_penalty", parameters.frequencyPenalty),
    ] {
      guard let value, value != 0 else { continue }
      if isOurs, !target.shape.drop.contains(name) {
        members[name] = .double(value)
      } else {
        dropped.append(name)
      }
    }
    try Self.addTools(of: request, to: &members, &dropped)
    if isOurs {
      for (name, value) in request.extras { members.merge(value, as: name) }
    } else {
      try Self.addExtras(of: request, to: &members, &dropped)
    }
    Self.include(Self.sealedThoughts, in: &members)
    members["store"] = false
    if streams { members["stream"] = true }
    json = .object(members)
    self.dropped = dropped
  }

  private static func include(_ name: String, in members: inout JSONObject) {
    let asked = members["include"]?.array ?? []
    if !asked.contains(.string(name)) { members["include"] = .array(asked + [.string(name)]) }
  }

  // MARK: - Parameters

  private static func add(
    _ parameters: Parameters, _ shape: ProviderShape, isOurs: Bool, to members: inout JSONObject,
    _ dropped: inout [String]
  ) {
    // OpenAI refuses a limit that is smaller.
    if let limit = parameters.maxTokens {
      let told = isOurs ? limit : max(limit, 16)
      members["max_output_tokens"] = .integer(Int64(told))
      if told != limit { dropped.append("max_tokens") }
    }
    for (name, value) in [("temperature", parameters.temperature), ("top_p", parameters.topP)] {
      guard let value else { continue }
      if shape.takesSampling { members[name] = .double(value) } else { dropped.append(name) }
    }
    if let user = parameters.user { members["user"] = .string(user) }
    if let effort = parameters.effort { members["reasoning"] = ["effort": .string(effort)] }
    if let format = parameters.responseFormat { members["text"] = ["format": format.responsesForm] }
  }

  private static func addTools(
    of request: Conversation, to members: inout JSONObject, _ dropped: inout [String]
  ) throws(Untranslatable) {
    if let isAllowed = request.parameters.parallelToolCalls {
      members["parallel_tool_calls"] = .bool(isAllowed)
    }
    guard request.dialect != .responses else {
      if !request.tools.isEmpty { members["tools"] = .array(request.tools.map(\.responsesForm)) }
      if let choice = request.toolChoice { members["tool_choice"] = choice.responsesForm }
      return
    }
    var tools: [JSONValue] = []
    for tool in request.tools {
      switch tool {
      case .function(var function):
        function.extras = [:]
        // Where nothing is said, chat's functions are lax and these would be strict.
        function.isStrict = function.isStrict ?? false
        tools.append(Tool.function(function).responsesForm)
      case .custom, .namespace: tools.append(tool.responsesForm)
      case .other(let json): tools.append(try custom(json))
      }
    }
    if tools.isEmpty {
      members["parallel_tool_calls"] = nil
    } else {
      members["tools"] = .array(tools)
    }
    if let choice = try choice(of: request) { members["tool_choice"] = choice }
  }

  /// A custom tool of chat's.
  private static func custom(_ json: JSONValue) throws(Untranslatable) -> JSONValue {
    guard json["type"] == "custom", let custom = json["custom"], let name = custom["name"]?.string else {
      throw .missing("tools of the type `\(json["type"]?.string ?? "")`", in: ResponsesDialect.provider)
    }
    var format = custom["format"]
    if let grammar = format?["grammar"]?.object {
      var members: JSONObject = ["type": "grammar"]
      for (name, value) in grammar { members[name] = value }
      format = .object(members)
    }
    return Tool.custom(
      CustomTool(name: name, description: custom["description"]?.string, format: format)
    ).responsesForm
  }

  private static func choice(of request: Conversation) throws(Untranslatable) -> JSONValue? {
    guard let choice = request.toolChoice else { return nil }
    guard case .other(let json) = choice else {
      if request.tools.isEmpty, choice == .auto || choice == .none { return nil }
      return choice.responsesForm
    }
    switch json["type"] {
    case "custom":
      return ["type": "custom", "name": json["custom"]?["name"] ?? .null]
    case "allowed_tools":
      let allowed = json["allowed_tools"]
      let tools = (allowed?["tools"]?.array ?? []).map { tool -> JSONValue in
        let type = tool["type"]?.string ?? "function"
        return ["type": .string(type), "name": tool[type]?["name"] ?? .null]
      }
      return ["type": "allowed_tools", "mode": allowed?["mode"] ?? "auto", "tools": .array(tools)]
    default: throw .missing("such `tool_choice`", in: ResponsesDialect.provider)
    }
  }

  // MARK: - Words of chat

  /// What both of OpenAI's dialects have under one name.
  private static let shared = [
    "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "top_logprobs",
  ]

  private static func addExtras(
    of request: Conversation, to members: inout JSONObject, _ dropped: inout [String]
  ) throws(Untranslatable) {
    var extras = ExtraMembers(
      request.dialect == .chat ? request.extras : [:], of: ResponsesDialect.provider, vendor: "openai")
    if !request.parameters.stop.isEmpty { throw .missing("`stop`", in: ResponsesDialect.provider) }
    if request.parameters.seed != nil { extras.drop("seed") }
    if request.hasNames { extras.drop("name") }
    if extras.take("logprobs") == true { members["include"] = [logprobs] }
    for name in shared { if let value = extras.take(name) { members[name] = value } }
    if let verbosity = extras.take("verbosity") { members.merge(["verbosity": verbosity], as: "text") }
    // To be read, thoughts must be asked for.
    if request.parameters.showsThoughts == true { members.merge(["summary": "auto"], as: "reasoning") }
    dropped += try extras.finish()
  }
}

extension JSONObject {
  /// Sets a member; of an object, those in it.
  fileprivate mutating func merge(_ value: JSONValue, as name: String) {
    guard case .object(let more) = value, case .object(var known)? = self[name] else {
      self[name] = value
      return
    }
    known.replace(by: more)
    self[name] = .object(known)
  }
}
