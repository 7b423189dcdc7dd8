import Shared

/// Reads `tools` and `tool_choice`.
enum AnthropicTools {
  private static let nameLimit = 128

  static func read(_ body: JSONValue) throws(Refusal) -> ([ToolDeclaration], ToolChoice) {
    var tools: [ToolDeclaration] = []
    for (index, tool) in (body.present("tools")?.array ?? []).enumerated() {
      // Tools that Anthropic runs itself have a type with a date, and no schema.
      if let type = tool.present("type")?.string, type != "custom" { continue }
      tools.append(try declaration(tool, at: "tools.\(index).custom"))
    }
    for (index, tool) in tools.enumerated() where tools[..<index].contains(where: { $0.name == tool.name }) {
      throw .invalid("tools: Tool names must be unique.")
    }
    return (tools, try choice(body.present("tool_choice"), tools))
  }

  private static func declaration(
    _ tool: JSONValue, at place: String
  ) throws(Refusal) -> ToolDeclaration {
    guard let name = tool["name"]?.string else { throw .invalid("\(place).name: Field required") }
    let isAllowed = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    guard isAllowed, (1...nameLimit).contains(name.utf8.count) else {
      throw .invalid("\(place).name: String should match pattern '^[a-zA-Z0-9_-]{1,\(nameLimit)}$'")
    }
    guard let schema = tool.present("input_schema") else {
      throw .invalid("\(place).input_schema: Field required")
    }
    guard let type = schema["type"] else { throw .invalid("\(place).input_schema.type: Field required") }
    guard type == "object" else { throw .invalid("\(place).input_schema.type: Input should be 'object'") }
    return ToolDeclaration(name: name, parameters: schema)
  }

  private static func choice(
    _ value: JSONValue?, _ tools: [ToolDeclaration]
  ) throws(Refusal) -> ToolChoice {
    guard let value else { return ToolChoice() }
    guard !tools.isEmpty else {
      throw .invalid("tool_choice: may only be specified while providing tools.")
    }
    let allowsParallel = value["disable_parallel_tool_use"]?.bool != true
    switch value["type"]?.string {
    case "auto": return ToolChoice(allowsParallel: allowsParallel)
    case "none": return ToolChoice(mode: .none)
    case "any": return ToolChoice(mode: .required, allowsParallel: allowsParallel)
    case "tool":
      let name = value["name"]?.string ?? ""
      guard tools.contains(where: { $0.name == name }) else {
        throw .invalid("Tool '\(name)' not found in provided tools")
      }
      return ToolChoice(mode: .required, allowed: [name], allowsParallel: allowsParallel)
    default:
      throw .invalid("tool_choice: Input tag should be one of: 'auto', 'any', 'tool', 'none'")
    }
  }
}
