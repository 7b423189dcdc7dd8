import OrderedCollections

/// Reads requests in Gemini's form (https://ai.google.dev/api/generate-content#request-body): the client's side. Names in
/// camel case and with underscores are one; members that are not known here go along as they are, to whoever speaks Gemini.
public enum GeminiRequestReader {
  /// The most contents of one request.
  static let mostContents = 10_000
  /// The most functions.
  private static let mostFunctions = 1024
  private static let nameLimit = 128

  /// - Parameter model: as it stands in the path.
  public static func conversation(model: String, _ json: JSONValue) throws(InputFault) -> Conversation {
    guard case .object(let members) = GeminiMembers.camelCased(json) else {
      throw InputFault("Input should be an object")
    }
    var conversation = Conversation(model: model, turns: [], dialect: .gemini)
    conversation.turns = try system(members["systemInstruction"]) + turns(members["contents"])
    conversation.tools = try tools(members["tools"])
    var extras = members
    for name in ["contents", "systemInstruction", "tools", "model"] { extras[name] = nil }
    try readChoice(&extras, &conversation)
    let configuration = try GeminiConfigurationReader.read(
      members["generationConfig"], &conversation.parameters)
    extras["generationConfig"] = configuration.isEmpty ? nil : .object(configuration)
    conversation.setExtras(extras)
    return conversation
  }

  // MARK: - Turns

  private static func system(_ json: JSONValue?) throws(InputFault) -> [Turn] {
    guard let json else { return [] }
    if let text = json.string { return text.isEmpty ? [] : [Turn(role: .system, text: text)] }
    guard json.object != nil, let parts = GeminiMembers.list(json["parts"]) else {
      throw InputFault("Input should be a content with parts", at: .name("systemInstruction"))
    }
    var texts: [Part] = []
    for (index, part) in parts.enumerated() {
      guard let members = part.object, let text = members["text"]?.string else {
        throw InputFault(
          "Only text is allowed in a system instruction", at: .name("systemInstruction"), .name("parts"),
          .index(index))
      }
      texts.append(.text(TextPart(text, extras: members.without("text"))))
    }
    return texts.isEmpty ? [] : [Turn(role: .system, parts: texts)]
  }

  private static func turns(_ json: JSONValue?) throws(InputFault) -> [Turn] {
    guard let contents = GeminiMembers.list(json) else {
      throw InputFault("Input should be an array of contents", at: .name("contents"))
    }
    guard !contents.isEmpty else {
      throw InputFault("contents is not specified", at: .name("contents"))
    }
    guard contents.count <= mostContents else {
      throw InputFault("There may be \(mostContents) contents", at: .name("contents"))
    }
    var reader = GeminiTurnReader()
    for (index, content) in contents.enumerated() {
      do throws(InputFault) { try reader.read(content) } catch {
        throw error.inside(.name("contents"), .index(index))
      }
    }
    do throws(InputFault) { return try reader.end() } catch { throw error.inside(.name("contents")) }
  }

  // MARK: - Tools

  private static func tools(_ json: JSONValue?) throws(InputFault) -> [Tool] {
    guard let elements = GeminiMembers.list(json) else {
      throw InputFault("Input should be an array of tools", at: .name("tools"))
    }
    var tools: [Tool] = []
    var names: Set<String> = []
    for (index, element) in elements.enumerated() {
      guard case .object(var members) = element else {
        throw InputFault("Input should be an object", at: .name("tools"), .index(index))
      }
      let declarations = members.removeValue(forKey: "functionDeclarations")
      for (number, declaration) in (GeminiMembers.list(declarations) ?? []).enumerated() {
        do throws(InputFault) {
          let function = try function(declaration)
          guard names.insert(function.name).inserted else {
            throw InputFault("Duplicate function declaration found: \(function.name)")
          }
          tools.append(.function(function))
        } catch {
          throw error.inside(
            .name("tools"), .index(index), .name("functionDeclarations"), .index(number))
        }
      }
      if !members.isEmpty { tools.append(.other(.object(members))) }
    }
    guard names.count <= mostFunctions else {
      throw InputFault("There may be \(mostFunctions) functions", at: .name("tools"))
    }
    return tools
  }

  private static func function(_ json: JSONValue) throws(InputFault) -> FunctionTool {
    guard case .object(let members) = json else { throw InputFault("Input should be an object") }
    guard let name = members["name"]?.string, isName(name) else {
      throw InputFault(
        "Invalid function name. It should have 1 to \(nameLimit) of a-z, A-Z, 0-9, _, :, . and -",
        at: .name("name"))
    }
    for name in ["parameters", "parametersJsonSchema"] where members[name] != nil {
      guard members[name]?.object != nil else {
        throw InputFault("Input should be an object", at: .name(name))
      }
    }
    return FunctionTool(
      name: name, description: members["description"]?.string,
      parameters: members["parametersJsonSchema"] ?? members["parameters"].map(GeminiSchema.jsonSchema),
      // Gemini gets its own form of a schema again.
      extras: members.without("name", "description", "parametersJsonSchema"))
  }

  private static func isName(_ name: String) -> Bool {
    (1...nameLimit).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "_:.-".utf8.contains(byte)
        }
      }
  }

  /// What the choice says beyond ours stays among the extras, where Gemini finds it again.
  private static func readChoice(
    _ extras: inout JSONObject, _ conversation: inout Conversation
  ) throws(InputFault) {
    guard let config = extras["toolConfig"]?["functionCallingConfig"] else { return }
    let names = config["allowedFunctionNames"]?.array?.compactMap(\.string) ?? []
    let declared = Set(conversation.functions.map(\.name))
    for name in names where !declared.contains(name) {
      throw InputFault(
        "Function '\(name.prefix(64))' is not among the declared functions", at: .name("toolConfig"),
        .name("functionCallingConfig"), .name("allowedFunctionNames"))
    }
    switch config["mode"]?.string?.uppercased() {
    case nil, "AUTO", "MODE_UNSPECIFIED": conversation.toolChoice = .auto
    case "NONE": conversation.toolChoice = ToolChoice.none
    case "ANY" where names.isEmpty: conversation.toolChoice = .required
    case "ANY" where names.count == 1: conversation.toolChoice = .function(names[0])
    case "ANY", "VALIDATED": conversation.toolChoice = .other(config)
    default:
      throw InputFault(
        "Invalid value; it should be AUTO, ANY, NONE or VALIDATED", at: .name("toolConfig"),
        .name("functionCallingConfig"), .name("mode"))
    }
  }
}
