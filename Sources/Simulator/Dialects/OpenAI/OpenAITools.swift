import Shared

/// Reads `tools`, `tool_choice` and `parallel_tool_calls`.
enum OpenAITools {
  static func read(
    _ body: JSONValue, _ provider: SimulatedProvider
  ) throws(Refusal) -> ([ToolDeclaration], ToolChoice) {
    guard let value = body.present("tools") else {
      for name in ["tool_choice", "parallel_tool_calls"] where body.present(name) != nil {
        // "none" is what it is without tools anyway.
        if body[name] == "none" { continue }
        throw .invalid(
          "Invalid value for '\(name)': '\(name)' is only allowed when 'tools' are specified.",
          parameter: name)
      }
      return ([], ToolChoice())
    }
    guard let elements = value.array, !elements.isEmpty else {
      throw .invalid(
        "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array "
          + "instead.", parameter: "tools", code: "empty_array")
    }
    var tools: [ToolDeclaration] = []
    for (index, element) in elements.enumerated() {
      tools.append(try declaration(element, at: "tools[\(index)]", provider))
    }
    var choice = try self.choice(body.present("tool_choice"), tools)
    choice.allowsParallel = body["parallel_tool_calls"]?.bool ?? true
    return (tools, choice)
  }

  private static func declaration(
    _ tool: JSONValue, at place: String, _ provider: SimulatedProvider
  ) throws(Refusal) -> ToolDeclaration {
    guard tool["type"] == "function" else {
      let type = tool["type"]?.string ?? ""
      throw .invalid(
        "Invalid value: '\(type)'. Supported values are: 'function' and 'custom'.",
        parameter: "\(place).type", code: "invalid_value")
    }
    guard let name = tool["function"]?["name"]?.string else {
      throw .invalid(
        "Missing required parameter: '\(place).function.name'.", parameter: "\(place).function.name",
        code: "missing_required_parameter")
    }
    try checkName(name, at: "\(place).function.name")
    let parameters = tool["function"]?.present("parameters") ?? [:]
    let subject = "Invalid schema for function '\(name)': "
    let parameter = "\(place).function.parameters"
    guard let members = parameters.object, members.isEmpty || members["type"] == "object" else {
      throw .invalid(
        subject + "schema must be a JSON Schema of 'type: \"object\"'.", parameter: parameter,
        code: "invalid_function_parameters")
    }
    if provider == .openai, tool["function"]?["strict"]?.bool == true {
      try OpenAIStrictSchema.check(
        parameters, subject: subject, parameter: parameter, code: "invalid_function_parameters")
    }
    return ToolDeclaration(name: name, parameters: parameters)
  }

  static func checkName(_ name: String, at place: String) throws(Refusal) {
    let isAllowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isAllowed, !name.isEmpty else {
      throw .invalid(
        "Invalid '\(place)': string does not match pattern. Expected a string that matches the pattern "
          + "'^[a-zA-Z0-9_-]+$'.", parameter: place, code: "invalid_value")
    }
    guard name.utf8.count <= 64 else {
      throw .invalid(
        "Invalid '\(place)': string too long. Expected a string with maximum length 64, but got a string with "
          + "length \(name.utf8.count) instead.", parameter: place, code: "string_above_max_length")
    }
  }

  private static func choice(
    _ value: JSONValue?, _ tools: [ToolDeclaration]
  ) throws(Refusal) -> ToolChoice {
    switch value {
    case nil, .string("auto")?: return ToolChoice()
    case .string("none")?: return ToolChoice(mode: .none)
    case .string("required")?: return ToolChoice(mode: .required)
    case .object(let choice)?:
      switch choice["type"]?.string {
      case "function":
        let name = choice["function"]?["name"]?.string ?? ""
        return ToolChoice(mode: .required, allowed: try known([name], tools))
      case "allowed_tools":
        let allowed = choice["allowed_tools"]?["tools"]?.array ?? []
        let names = allowed.map { $0["function"]?["name"]?.string ?? "" }
        let isRequired = choice["allowed_tools"]?["mode"] == "required"
        return ToolChoice(mode: isRequired ? .required : .auto, allowed: try known(names, tools))
      default: break
      }
    default: break
    }
    throw .invalid(
      "Invalid value for 'tool_choice'. Supported values are: 'none', 'auto', 'required', and an object that "
        + "names a function.", parameter: "tool_choice", code: "invalid_value")
  }

  private static func known(
    _ names: [String], _ tools: [ToolDeclaration]
  ) throws(Refusal) -> [String] {
    for name in names where !tools.contains(where: { $0.name == name }) {
      throw .invalid("Tool choice '\(name)' not found in 'tools' parameter.", parameter: "tool_choice")
    }
    return names
  }
}
