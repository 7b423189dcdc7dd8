import OrderedCollections

extension Tool {
  /// Reads one of Responses' `tools` (https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools).
  init(responses json: JSONValue) {
    guard case .object(let members) = json, let name = members["name"]?.string else {
      self = .other(json)
      return
    }
    let description = members["description"]?.string
    switch members["type"]?.string {
    case "function":
      self = .function(
        FunctionTool(
          name: name, description: description,
          parameters: members["parameters"].flatMap { $0.isNull ? .none : $0 },
          isStrict: members["strict"]?.bool,
          extras: members.without("type", "name", "description", "parameters", "strict")))
    case "custom":
      self = .custom(
        CustomTool(
          name: name, description: description, format: members["format"].flatMap { $0.isNull ? .none : $0 },
          extras: members.without("type", "name", "description", "format")))
    case "namespace":
      self = .namespace(
        ToolNamespace(
          name: name, description: description,
          tools: (members["tools"]?.array ?? []).map(Tool.init(responses:)),
          extras: members.without("type", "name", "description", "tools")))
    default: self = .other(json)
    }
  }

  /// The tool in Responses' form. `other` are words of its conversation's dialect.
  var responsesForm: JSONValue {
    switch self {
    case .other(let json): return json
    case .function(let function):
      var form: JSONObject = ["type": "function", "name": .string(function.name)]
      if let description = function.description { form["description"] = .string(description) }
      form["parameters"] = function.parameters ?? .null
      form["strict"] = function.isStrict.map(JSONValue.bool) ?? .null
      for (name, value) in function.extras { form[name] = value }
      return .object(form)
    case .custom(let tool):
      var form: JSONObject = ["type": "custom", "name": .string(tool.name)]
      if let description = tool.description { form["description"] = .string(description) }
      if let format = tool.format { form["format"] = format }
      for (name, value) in tool.extras { form[name] = value }
      return .object(form)
    case .namespace(let space):
      var form: JSONObject = ["type": "namespace", "name": .string(space.name)]
      if let description = space.description { form["description"] = .string(description) }
      form["tools"] = .array(space.tools.map(\.responsesForm))
      for (name, value) in space.extras { form[name] = value }
      return .object(form)
    }
  }
}

extension ToolChoice {
  init(responses json: JSONValue) {
    switch json {
    case "auto": self = .auto
    case "none": self = .none
    case "required": self = .required
    default:
      guard json["type"]?.string == "function", let name = json["name"]?.string, json.object?.count == 2
      else {
        self = .other(json)
        return
      }
      self = .function(name)
    }
  }

  var responsesForm: JSONValue {
    switch self {
    case .auto: "auto"
    case .none: "none"
    case .required: "required"
    case .function(let name): ["type": "function", "name": .string(name)]
    case .other(let json): json
    }
  }
}

extension ResponseFormat {
  init(responses json: JSONValue) {
    switch (json["type"]?.string, json.object?.count) {
    case ("text", 1): self = .text
    case ("json_object", 1): self = .jsonObject
    case ("json_schema", _):
      guard case .object(let members) = json, let name = members["name"]?.string else { fallthrough }
      self = .jsonSchema(
        JSONSchema(
          name: name, schema: members["schema"], extras: members.without("type", "name", "schema")))
    default: self = .other(json)
    }
  }

  var responsesForm: JSONValue {
    switch self {
    case .text: return ["type": "text"]
    case .jsonObject: return ["type": "json_object"]
    case .jsonSchema(let schema):
      var form: JSONObject = ["type": "json_schema", "name": .string(schema.name)]
      form["schema"] = schema.schema ?? ["type": "object"]
      for (name, value) in schema.extras { form[name] = value }
      return .object(form)
    case .other(let json): return json
    }
  }
}
