import Shared

/// Reads `tools`, `tool_choice` and `parallel_tool_calls`. Tools that OpenAI runs itself are taken, and never run.
enum ResponsesTools {
  static func read(_ body: JSONValue, into call: inout ChatCall) throws(Refusal) {
    for (index, tool) in (body.present("tools")?.array ?? []).enumerated() {
      try add(tool, at: "tools[\(index)]", in: nil, to: &call)
    }
    // Tools may join on the way, too.
    for (number, item) in (body["input"]?.array ?? []).enumerated() where item["type"] == "additional_tools" {
      for (index, tool) in (item["tools"]?.array ?? []).enumerated() {
        try add(tool, at: "input[\(number)].tools[\(index)]", in: nil, to: &call)
      }
    }
    call.toolChoice = try choice(body.present("tool_choice"), call.tools)
    call.toolChoice.allowsParallel = body["parallel_tool_calls"]?.bool ?? true
  }

  private static func add(
    _ tool: JSONValue, at place: String, in namespace: String?, to call: inout ChatCall
  ) throws(Refusal) {
    guard let type = tool["type"]?.string else { throw missing("\(place).type") }
    guard ["function", "custom", "namespace"].contains(type) else { return }
    guard let name = tool["name"]?.string else { throw missing("\(place).name") }
    try OpenAITools.checkName(name, at: "\(place).name")
    if type == "namespace" {
      for (index, tool) in (tool["tools"]?.array ?? []).enumerated() {
        try add(tool, at: "\(place).tools[\(index)]", in: name, to: &call)
      }
      return
    }
    if type == "custom" { call.responses.customTools.insert(name) }
    if let namespace { call.responses.namespaces[name] = namespace }
    let parameters = tool.present("parameters") ?? [:]
    if type == "function", tool["strict"]?.bool == true {
      try OpenAIStrictSchema.check(
        parameters, subject: "Invalid schema for function '\(name)': ", parameter: "\(place).parameters",
        code: "invalid_function_parameters")
    }
    call.tools.append(ToolDeclaration(name: name, parameters: parameters))
  }

  private static func choice(
    _ value: JSONValue?, _ tools: [ToolDeclaration]
  ) throws(Refusal) -> ToolChoice {
    switch value {
    case nil, .string("auto")?: return ToolChoice()
    case .string("none")?: return ToolChoice(mode: .none)
    case .string("required")?: return ToolChoice(mode: .required)
    case .object(let choice)?:
      guard let type = choice["type"]?.string else { break }
      guard type == "function" || type == "custom" else { return ToolChoice() }
      let name = choice["name"]?.string ?? ""
      guard tools.contains(where: { $0.name == name }) else {
        throw .invalid("Tool choice '\(name)' not found in 'tools' parameter.", parameter: "tool_choice")
      }
      return ToolChoice(mode: .required, allowed: [name])
    default: break
    }
    throw .invalid("Invalid value for 'tool_choice'.", parameter: "tool_choice", code: "invalid_value")
  }

  static func missing(_ parameter: String) -> Refusal {
    .invalid(
      "Missing required parameter: '\(parameter)'.", parameter: parameter, code: "missing_required_parameter")
  }
}
