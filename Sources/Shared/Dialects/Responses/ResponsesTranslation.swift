import OrderedCollections

/// A conversation that was asked in Responses' form, for a target that speaks another dialect: in the words of OpenAI's
/// chat, from which every other dialect is written. Custom tools and those of namespaces become functions; what only OpenAI
/// can run is left out, and refused where it was demanded.
struct ResponsesTranslation {
  private(set) var conversation: Conversation
  /// What was left out, by the client's names.
  var dropped: [String] { leftOut.elements }
  private var leftOut: OrderedSet<String> = []

  let names: ToolNames
  let target: String

  init(_ asked: Conversation, for target: String) throws(Untranslatable) {
    self.target = target
    let tools = asked.toolsInAll
    names = ToolNames(of: tools)
    var conversation = Conversation(
      model: asked.model, turns: [], parameters: asked.parameters, dialect: .chat)
    self.conversation = conversation
    conversation.tools = try functions(among: tools)
    conversation.toolChoice = try choice(asked.toolChoice, &conversation)
    // Where nothing is left to choose from, there is no choice.
    if conversation.tools.isEmpty { conversation.parameters.parallelToolCalls = nil }
    if case .other(let json)? = asked.parameters.responseFormat {
      throw .missing("`text.format` of the type `\(json["type"]?.string ?? "")`", in: target)
    }
    conversation.setExtras(try translate(asked.extras))
    for turn in asked.turns { try add(turn, to: &conversation) }
    self.conversation = conversation
  }

  // MARK: - Members

  /// Words that chat has, too; the rest goes no further, whoever the target is.
  private static let shared: Set<String> = [
    "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
  ]
  /// What says how an answer is told, or what holds without it, too.
  private static let silent: Set<String> = [
    "include", "reasoning", "text", "client_metadata",
  ]

  private mutating func translate(_ extras: JSONObject) throws(Untranslatable) -> JSONObject {
    var members: JSONObject = [:]
    for (name, value) in extras {
      if Self.shared.contains(name) {
        members[name] = value
      } else if name == "top_logprobs" {
        if value.integer.map({ $0 > 0 }) ?? false {
          members["logprobs"] = true
          members[name] = value
        }
      } else if name == "truncation" {
        // That nothing is left out holds without it.
        if value != "disabled" { drop(name) }
      } else if name == "prompt" {
        throw .missing("`prompt`", in: target)
      } else if !Self.silent.contains(name) {
        drop(name)
      }
    }
    if let verbosity = extras["text"]?["verbosity"], !verbosity.isNull { members["verbosity"] = verbosity }
    if extras["include"]?.array?.contains("message.output_text.logprobs") == true {
      members["logprobs"] = true
    }
    return members
  }

  mutating func drop(_ name: String) {
    leftOut.append(name)
  }

  // MARK: - Turns

  private mutating func add(_ turn: Turn, to conversation: inout Conversation) throws(Untranslatable) {
    var told = Turn(role: turn.role, parts: [])
    for part in turn.parts {
      switch part {
      case .opaque(let opaque):
        // Items that OpenAI's own tools made are of use to nobody else.
        if opaque.dialect != .responses { told.parts.append(part) } else { try leaveOut(opaque) }
      case .thought(let thought): if thought.maker?.dialect != .responses { told.parts.append(part.plain) }
      case .toolCall(let call): told.parts.append(.toolCall(self.told(call)))
      case .toolResult(var result):
        result.parts = result.parts.map(\.plain)
        result.extras = [:]
        told.parts.append(.toolResult(result))
      default: if !part.isEmpty || turn.role != .assistant { told.parts.append(part.plain) }
      }
    }
    if turn.parts.isEmpty || !told.parts.isEmpty { conversation.turns.append(told) }
  }

  private mutating func leaveOut(_ part: OpaquePart) throws(Untranslatable) {
    let type = part.members["type"]?.string ?? ""
    switch type {
    case "additional_tools", "tool_search_output", "tool_search_call", "reasoning", "configuration_update":
      break
    default:
      guard part.members["role"] == nil, !type.hasPrefix("input_") else {
        throw .missing("`\(type)` parts", in: target)
      }
      drop("input.\(type)")
    }
  }

  private func told(_ call: ToolCall) -> ToolCall {
    var told = call
    told.name = names.name(of: call.name, in: call.namespace, isCustom: call.kind == .custom)
    told.namespace = nil
    told.extras = [:]
    if call.kind == .custom {
      told.kind = .function
      told.arguments = JSONValue.object([ToolNames.input: .string(call.arguments)]).description
    }
    return told
  }
}

extension Conversation {
  /// The tools of the request, and those that joined on the way.
  public var toolsInAll: [Tool] {
    var tools = tools
    var known: Set<Tool>?
    for turn in turns {
      for case .opaque(let part) in turn.parts where part.dialect == .responses {
        switch part.members["type"] {
        case "additional_tools", "tool_search_output":
          if known == nil { known = Set(tools) }
          for tool in (part.members["tools"]?.array ?? []).map(Tool.init(responses:))
          where known?.insert(tool).inserted == true {
            tools.append(tool)
          }
        default: break
        }
      }
    }
    return tools
  }
}

extension Part {
  /// Without members that only its conversation's dialect knows.
  fileprivate var plain: Part {
    guard case .thought(var thought) = self else { return plainContent }
    thought.extras = [:]
    return .thought(thought)
  }
}
