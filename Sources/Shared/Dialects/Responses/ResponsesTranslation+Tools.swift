import OrderedCollections

/// Tools told as functions.
extension ResponsesTranslation {
  mutating func functions(among tools: [Tool]) throws(Untranslatable) -> [Tool] {
    var functions: [Tool] = []
    for tool in tools {
      switch tool {
      case .function(let function): functions.append(told(function, in: nil))
      case .custom(let custom): functions.append(told(custom, in: nil))
      case .namespace(let space):
        for tool in space.tools {
          switch tool {
          case .function(let function): functions.append(told(function, in: space))
          case .custom(let custom): functions.append(told(custom, in: space))
          case .namespace, .other: drop("tools.namespace")
          }
        }
      case .other(let json):
        guard let type = json["type"]?.string, type != "function", type != "custom", type != "namespace"
        else {
          throw Untranslatable("a tool should have a name.")
        }
        drop("tools.\(type)")
      }
    }
    return functions
  }

  private func told(_ function: FunctionTool, in space: ToolNamespace?) -> Tool {
    .function(
      FunctionTool(
        name: names.name(of: function.name, in: space?.name, isCustom: false),
        description: function.description ?? space?.description, parameters: function.parameters,
        isStrict: function.isStrict))
  }

  /// The grammar of its input stands in the description: no other dialect has a place for it.
  private func told(_ tool: CustomTool, in space: ToolNamespace?) -> Tool {
    var description = tool.description ?? space?.description ?? ""
    if let definition = tool.format?["definition"]?.string {
      let syntax = tool.format?["syntax"]?.string ?? "a"
      description +=
        "\(description.isEmpty ? "" : "\n\n")The input follows this \(syntax) grammar:\n\(definition)"
    }
    return .function(
      FunctionTool(
        name: names.name(of: tool.name, in: space?.name, isCustom: true),
        description: description.isEmpty ? nil : description,
        parameters: [
          "type": "object", "properties": .object([ToolNames.input: ["type": "string"]]),
          "required": [.string(ToolNames.input)], "additionalProperties": false,
        ]))
  }

  mutating func choice(
    _ choice: ToolChoice?, _ conversation: inout Conversation
  ) throws(Untranslatable) -> ToolChoice? {
    guard let choice else { return nil }
    switch choice {
    case .auto, .none: return conversation.tools.isEmpty ? nil : choice
    case .required:
      if conversation.tools.isEmpty, !dropped.isEmpty { throw missingTools }
      return choice
    case .function(let name): return .function(names.name(of: name, in: nil, isCustom: false))
    case .other(let json):
      switch json["type"]?.string {
      case "function", "custom":
        return .function(
          names.name(
            of: json["name"]?.string ?? "", in: json["namespace"]?.string, isCustom: json["type"] == "custom")
        )
      case "allowed_tools": return try allowed(json, &conversation)
      case let type: throw .missing("tool `\(type ?? "")`, which `tool_choice` demands", in: target)
      }
    }
  }

  private var missingTools: Untranslatable {
    .missing("such `tools`, of which `tool_choice` demands one", in: target)
  }

  /// Only the tools that may be called are told.
  private func allowed(
    _ json: JSONValue, _ conversation: inout Conversation
  ) throws(Untranslatable) -> ToolChoice? {
    let allowed = Set(
      (json["tools"]?.array ?? []).map {
        names.name(
          of: $0["name"]?.string ?? "", in: $0["namespace"]?.string, isCustom: $0["type"] == "custom")
      })
    conversation.tools.removeAll {
      if case .function(let function) = $0 { !allowed.contains(function.name) } else { true }
    }
    if json["mode"] != "required" { return conversation.tools.isEmpty ? nil : .auto }
    if conversation.tools.isEmpty { throw missingTools }
    return .required
  }
}
