import OrderedCollections

/// Tools as they stand in a stored conversation: an object whose first member says what it is.
extension Tool {
  var stored: JSONValue {
    var members: JSONObject
    switch self {
    case .function(let function):
      members = ["function": .string(function.name)]
      members["description"] = function.description.map(JSONValue.string)
      members["parameters"] = function.parameters
      members["strict"] = function.isStrict.map(JSONValue.bool)
      members.add(extras: function.extras)
    case .custom(let tool):
      members = ["custom": .string(tool.name)]
      members["description"] = tool.description.map(JSONValue.string)
      members["format"] = tool.format
      members.add(extras: tool.extras)
    case .namespace(let space):
      members = ["namespace": .string(space.name)]
      members["description"] = space.description.map(JSONValue.string)
      members["tools"] = .array(space.tools.map(\.stored))
      members.add(extras: space.extras)
    case .other(let json): members = ["other": json]
    }
    return .object(members)
  }

  /// Reads ``stored``.
  init(stored json: JSONValue) {
    let name = json.object?.elements.first?.value.string ?? ""
    let description = json["description"]?.string
    let extras = json["extras"]?.object ?? [:]
    switch json.object?.elements.first?.key {
    case "function":
      self = .function(
        FunctionTool(
          name: name, description: description, parameters: json["parameters"],
          isStrict: json["strict"]?.bool, extras: extras))
    case "custom":
      self = .custom(
        CustomTool(name: name, description: description, format: json["format"], extras: extras))
    case "namespace":
      self = .namespace(
        ToolNamespace(
          name: name, description: description, tools: (json["tools"]?.array ?? []).map(Tool.init(stored:)),
          extras: extras))
    default: self = .other(json["other"] ?? .null)
    }
  }
}

extension ToolChoice {
  var stored: JSONValue {
    switch self {
    case .auto: "auto"
    case .none: "none"
    case .required: "required"
    case .function(let name): ["function": .string(name)]
    case .other(let json): ["other": json]
    }
  }

  /// Reads ``stored``.
  init(stored json: JSONValue) {
    switch json {
    case "none": self = .none
    case "required": self = .required
    default:
      if let name = json["function"]?.string {
        self = .function(name)
      } else if let other = json["other"] {
        self = .other(other)
      } else {
        self = .auto
      }
    }
  }
}

extension JSONObject {
  fileprivate mutating func add(extras: JSONObject) {
    if !extras.isEmpty { self["extras"] = .object(extras) }
  }
}
