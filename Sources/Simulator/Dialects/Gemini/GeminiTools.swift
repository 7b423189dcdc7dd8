import Shared

/// Reads `tools` and `toolConfig`.
enum GeminiTools {
  static func read(_ body: JSONValue) throws(Refusal) -> ([ToolDeclaration], ToolChoice) {
    var tools: [ToolDeclaration] = []
    for (index, tool) in (body["tools"]?.array ?? []).enumerated() {
      for (number, function) in (tool["functionDeclarations"]?.array ?? []).enumerated() {
        let place = "tools[\(index)].function_declarations[\(number)]"
        let declaration = try declaration(function, at: place)
        guard !tools.contains(where: { $0.name == declaration.name }) else {
          throw .invalid("Duplicate function declaration found: \(declaration.name)")
        }
        tools.append(declaration)
      }
    }
    let config = body["toolConfig"]?.present("functionCallingConfig")
    return (tools, try config.map { config throws(Refusal) in try choice(config, tools) } ?? ToolChoice())
  }

  private static func declaration(
    _ function: JSONValue, at place: String
  ) throws(Refusal) -> ToolDeclaration {
    let name = function["name"]?.string ?? ""
    guard isName(name) else {
      throw .invalid(
        "* GenerateContentRequest.\(place).name: [FieldViolation] Invalid function name. Must start with a "
          + "letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons "
          + "(:), or dashes (-), with a maximum length of 64.\n")
    }
    let parameters = function.present("parameters")
    let jsonSchema = function.present("parametersJsonSchema")
    if parameters != nil, jsonSchema != nil {
      throw .invalid(
        "* GenerateContentRequest.\(place): only one of parameters and parameters_json_schema may be set.\n")
    }
    if let parameters { try GeminiSchemaRules.check(parameters, at: "\(place).parameters") }
    return ToolDeclaration(name: name, parameters: parameters ?? jsonSchema ?? [:])
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.first, first.isLetter || first == "_", name.utf8.count <= 64 else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.:-".contains($0)) }
  }

  private static func choice(
    _ config: JSONValue, _ tools: [ToolDeclaration]
  ) throws(Refusal) -> ToolChoice {
    let mode = config["mode"]?.string?.uppercased() ?? "AUTO"
    guard !tools.isEmpty || mode == "NONE" else {
      throw .invalid("Function calling config is set without function_declarations.")
    }
    let allowed = (config["allowedFunctionNames"]?.array ?? []).compactMap(\.string)
    if !allowed.isEmpty, mode != "ANY", mode != "VALIDATED" {
      throw .invalid("allowed_function_names should only be set when the calling mode is ANY.")
    }
    for name in allowed where !tools.contains(where: { $0.name == name }) {
      throw .invalid("Allowed function name '\(name)' is not found in function_declarations.")
    }
    let choices: [String: ToolChoice.Mode] = ["ANY": .required, "NONE": .none]
    return ToolChoice(mode: choices[mode] ?? .auto, allowed: allowed.isEmpty ? nil : allowed)
  }
}
