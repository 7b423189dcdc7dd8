public import OrderedCollections

/// What a client of Anthropic's asks.
public struct MessagesQuestion: Sendable, Hashable {
  public var conversation: Conversation
  public var isStreamed: Bool
}

/// Reads requests in Anthropic's form (https://platform.claude.com/docs/en/api/messages/create): the client's side. What
/// Anthropic refuses is refused in its words; members that are not known here go along as they are.
public enum MessagesRequestReader {
  /// How many messages Anthropic takes.
  private static let mostMessages = 100_000
  private static let modelLimit = 256
  private static let nameLimit = 128

  /// - Parameters:
  ///   - headers: those that are the dialect's own, names in lower case.
  ///   - isCount: whether only the tokens are to be counted, for which no longest answer is needed.
  public static func read(
    _ json: JSONValue, headers: JSONObject = [:], isCount: Bool = false
  ) throws(InputFault) -> MessagesQuestion {
    guard case .object(let all) = json else { throw InputFault("Input should be an object") }
    let members = all.filter { !$0.value.isNull }
    // One that changes the answer's meaning; what else is not known goes along.
    if members["n"] != nil { throw InputFault("Extra inputs are not permitted", at: .name("n")) }
    if members["thread"] != nil { throw InputFault(noThreads, at: .name("thread")) }
    let model = try InputFault.within("model") { () throws(InputFault) in try Self.model(members["model"])
    }
    var conversation = Conversation(model: model, turns: [], dialect: .messages, headers: headers)
    conversation.parameters = try MessagesParameterReader.parameters(members, isCount: isCount)
    conversation.turns = try InputFault.within("system") { () throws(InputFault) in
      try system(members["system"])
    }
    conversation.turns += try InputFault.within("messages") { () throws(InputFault) in
      try turns(members["messages"])
    }
    conversation.tools = try InputFault.within("tools") { () throws(InputFault) in
      try tools(members["tools"])
    }
    try readChoice(members["tool_choice"], &conversation)
    conversation.setExtras(extras(members))
    let isStreamed = try InputFault.within("stream") { () throws(InputFault) in
      guard let json = members["stream"] else { return false }
      guard let flag = json.bool else { throw InputFault("Input should be a valid boolean") }
      return flag
    }
    return MessagesQuestion(conversation: conversation, isStreamed: isStreamed)
  }

  /// A thread holds what was said before at one provider, under its answer's id: the next one would know nothing of it. The
  /// SDK, which asks so in its tool runner, goes on without where it is refused.
  private static let noThreads = "message threads are not kept here: send all messages of the conversation"

  private static func model(_ json: JSONValue?) throws(InputFault) -> String {
    guard let json else { throw InputFault.missing() }
    guard let model = json.string, (1...modelLimit).contains(model.count) else {
      throw InputFault("Input should be a string of 1 to \(modelLimit) characters")
    }
    return model
  }

  /// All that is not read into a form of ours, or not with all that it holds.
  private static func extras(_ members: JSONObject) -> JSONObject {
    var extras = members
    for name in [
      "model", "messages", "system", "tools", "tool_choice", "stream", "max_tokens", "temperature", "top_p",
      "top_k", "stop_sequences",
    ] { extras[name] = nil }
    if let metadata = members["metadata"]?.object, metadata["user_id"]?.string != nil {
      let others = metadata.without("user_id")
      extras["metadata"] = others.isEmpty ? nil : .object(others)
    }
    return extras
  }

  // MARK: - Turns

  private static func system(_ json: JSONValue?) throws(InputFault) -> [Turn] {
    switch json {
    case nil: return []
    case .string(let text): return text.isEmpty ? [] : [Turn(role: .system, text: text)]
    case .array(let blocks):
      let parts = try InputFault.each(blocks) { (block) throws(InputFault) in
        guard case .object(let members) = block, members["type"]?.string == "text" else {
          throw InputFault("Input should be a text block")
        }
        return try MessagesBlockReader(role: .system).text(members)
      }
      return parts.isEmpty ? [] : [Turn(role: .system, parts: parts)]
    default: throw InputFault("Input should be a string or an array of text blocks")
    }
  }

  private static func turns(_ json: JSONValue?) throws(InputFault) -> [Turn] {
    guard let json else { throw InputFault.missing() }
    guard case .array(let messages) = json else { throw InputFault("Input should be a valid array") }
    guard !messages.isEmpty else { throw InputFault("at least one message is required") }
    guard messages.count <= mostMessages else {
      throw InputFault("List should have at most \(mostMessages) items after validation")
    }
    var reader = MessagesTurnReader(count: messages.count)
    for (index, message) in messages.enumerated() {
      try reader.read(message, isLast: index == messages.count - 1)
    }
    return try reader.end()
  }

  // MARK: - Tools

  private static func tools(_ json: JSONValue?) throws(InputFault) -> [Tool] {
    guard let json else { return [] }
    guard case .array(let elements) = json else { throw InputFault("Input should be a valid array") }
    let tools = try InputFault.each(elements, tool)
    var names: Set<String> = []
    for case .function(let function) in tools where !names.insert(function.name).inserted {
      throw InputFault("Tool names must be unique.")
    }
    return tools
  }

  private static func tool(_ json: JSONValue) throws(InputFault) -> Tool {
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    switch members["type"] {
    case nil, .null?, "custom"?:
      return .function(
        try InputFault.within("custom") { () throws(InputFault) in try function(members) })
    case .string?: return .other(json)
    default: throw InputFault("Input should be a valid string", at: .name("type"))
    }
  }

  private static func function(_ members: JSONObject) throws(InputFault) -> FunctionTool {
    let name = try InputFault.within("name") { () throws(InputFault) in
      guard let json = members["name"] else { throw InputFault.missing() }
      guard let name = json.string, (1...nameLimit).contains(name.utf8.count),
        name.utf8.allSatisfy(isNameByte)
      else { throw InputFault("String should match pattern '^[a-zA-Z0-9_-]{1,\(nameLimit)}$'") }
      return name
    }
    let schema = try InputFault.within("input_schema") { () throws(InputFault) in
      guard let json = members["input_schema"], !json.isNull else { throw InputFault.missing() }
      guard case .object(let schema) = json else { throw InputFault("Input should be a valid object") }
      guard schema["type"] == nil || schema["type"] == "object" else {
        throw InputFault("Input should be 'object'", at: .name("type"))
      }
      return json
    }
    return FunctionTool(
      name: name, description: members["description"]?.string, parameters: schema,
      isStrict: members["strict"]?.bool,
      extras: members.without("name", "description", "input_schema", "strict"))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func readChoice(
    _ json: JSONValue?, _ conversation: inout Conversation
  ) throws(InputFault) {
    guard let json else { return }
    let choice = try InputFault.within("tool_choice") { () throws(InputFault) in
      try Self.choice(json, conversation.tools)
    }
    if json["disable_parallel_tool_use"]?.bool == true { conversation.parameters.parallelToolCalls = false }
    conversation.toolChoice = choice
  }

  private static func choice(_ json: JSONValue, _ tools: [Tool]) throws(InputFault) -> ToolChoice {
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    switch members["type"]?.string {
    case "auto": return .auto
    case "none": return .none
    case "any":
      guard !tools.isEmpty else {
        throw InputFault("tool_choice may only be specified while providing tools")
      }
      return .required
    case "tool":
      guard let name = members["name"]?.string else { throw InputFault.missing().inside(.name("name")) }
      guard tools.contains(where: { $0.name == name }) else {
        throw InputFault("Tool '\(name.prefix(64))' not found in provided tools")
      }
      return .function(name)
    case let word:
      throw InputFault(
        "Input tag '\((word ?? "").prefix(64))' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'"
      )
    }
  }
}

extension Tool {
  /// Anthropic's own tools have a name, too.
  fileprivate var name: String? {
    switch self {
    case .function(let function): function.name
    case .custom(let tool): tool.name
    case .namespace: nil
    case .other(let json): json["name"]?.string
    }
  }
}
