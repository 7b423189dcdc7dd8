public import OrderedCollections

/// Reads requests in OpenAI's form, which have been validated
/// (https://platform.openai.com/docs/api-reference/chat/create).
public enum ChatRequestReader {
  /// `members` are those that shape the answer: how it travels to the client, such as `stream`, is none of them.
  /// Those named in `others` are none either. `extras` are known to be none of ours.
  public static func conversation(
    model: String, turns: [Turn], _ members: JSONObject, without others: [String] = [],
    extras: JSONObject = [:]
  ) -> Conversation {
    var conversation = Conversation(model: model, turns: turns)
    var extras = extras
    for (name, value) in members where !value.isNull && !others.contains(name) {
      if !take(name, value, &conversation) { extras[name] = value }
    }
    conversation.setExtras(extras)
    return conversation
  }

  /// Returns false for a member that is none of ours, or not of our type: its provider knows what to say of it.
  private static func take(_ name: String, _ value: JSONValue, _ conversation: inout Conversation) -> Bool {
    switch name {
    case "max_completion_tokens":
      guard let limit = value.integer else { return false }
      conversation.parameters.maxTokens = Int(clamping: limit)
      conversation.parameters.limitsCompletionTokens = true
    case "max_tokens":
      guard let limit = value.integer else { return false }
      // The newer name wins.
      if !conversation.parameters.limitsCompletionTokens {
        conversation.parameters.maxTokens = Int(clamping: limit)
      }
    case "temperature": return set(&conversation.parameters.temperature, value.double)
    case "top_p": return set(&conversation.parameters.topP, value.double)
    case "stop": return takeStop(value, &conversation.parameters)
    case "seed": return set(&conversation.parameters.seed, value.integer)
    case "reasoning_effort": return set(&conversation.parameters.effort, value.string)
    case "parallel_tool_calls": return set(&conversation.parameters.parallelToolCalls, value.bool)
    case "user": return set(&conversation.parameters.user, value.string)
    case "tools":
      guard let tools = value.array else { return false }
      conversation.tools = tools.map(tool)
    case "tool_choice": conversation.toolChoice = choice(value)
    case "response_format": conversation.parameters.responseFormat = format(value)
    default: return false
    }
    return true
  }

  private static func set<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
    guard let value else { return false }
    place = value
    return true
  }

  private static func takeStop(_ value: JSONValue, _ parameters: inout Parameters) -> Bool {
    switch value {
    case .string(let text): parameters.stop = [text]
    case .array(let texts): parameters.stop = texts.compactMap(\.string)
    default: return false
    }
    return true
  }

  private static func tool(_ json: JSONValue) -> Tool {
    guard case .object(let members) = json, members["type"]?.string == "function",
      let function = members["function"]?.object, let name = function["name"]?.string
    else { return .other(json) }
    var extras = members.without("type", "function")
    let others = function.without("name", "description", "parameters", "strict")
    if !others.isEmpty { extras["function"] = .object(others) }
    return .function(
      FunctionTool(
        name: name, description: function["description"]?.string,
        parameters: function["parameters"].flatMap { $0.isNull ? .none : $0 },
        isStrict: function["strict"]?.bool, extras: extras))
  }

  private static func choice(_ json: JSONValue) -> ToolChoice {
    switch json {
    case "auto": return .auto
    case "none": return .none
    case "required": return .required
    default:
      guard json["type"]?.string == "function", let name = json["function"]?["name"]?.string,
        json.object?.count == 2
      else { return .other(json) }
      return .function(name)
    }
  }

  private static func format(_ json: JSONValue) -> ResponseFormat {
    switch (json["type"]?.string, json.object?.count) {
    case ("text", 1): return .text
    case ("json_object", 1): return .jsonObject
    case ("json_schema", 2):
      guard let schema = json["json_schema"]?.object, let name = schema["name"]?.string else { break }
      return .jsonSchema(
        ResponseFormat.JSONSchema(
          name: name, schema: schema["schema"], extras: schema.without("name", "schema")))
    default: break
    }
    return .other(json)
  }
}

extension Conversation {
  mutating func setExtras(_ extras: JSONObject) { self.extras = extras.sortedByName }
}
