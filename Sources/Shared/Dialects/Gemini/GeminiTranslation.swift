import OrderedCollections

/// A conversation that was asked in Gemini's form, for a target that speaks another dialect: in the words of OpenAI's chat,
/// from which every other dialect is written. What only Gemini can run is left out.
struct GeminiTranslation {
  private(set) var conversation: Conversation
  /// What was left out, by the client's names.
  var dropped: [String] { leftOut.elements }
  private var leftOut: OrderedSet<String> = []

  private let target: String
  /// Whether the model is known to think without a word.
  private let thinks: Bool

  /// - Parameter isOpenAIs: whether the target speaks one of OpenAI's dialects, whose servers know no `top_k`.
  init(_ asked: Conversation, for target: RequestTarget, isOpenAIs: Bool) throws(Untranslatable) {
    self.target = target.provider
    thinks = target.takesEffort
    conversation = Conversation(model: asked.model, turns: [], parameters: asked.parameters, dialect: .chat)
    try addTools(of: asked)
    if case .other(let type)? = asked.parameters.responseFormat {
      throw .missing("`responseMimeType` of \(type.string ?? "another type")", in: self.target)
    }
    conversation.setExtras(try extras(of: asked, isOpenAIs: isOpenAIs))
    for turn in asked.turns { add(turn) }
  }

  // MARK: - Tools

  private mutating func addTools(of asked: Conversation) throws(Untranslatable) {
    var tools: [Tool] = []
    for tool in asked.tools {
      switch tool {
      case .function(let function):
        tools.append(
          .function(
            FunctionTool(
              name: function.name, description: function.description, parameters: function.parameters)))
      case .other(let json): for name in json.object?.keys.elements ?? [] { drop("tools.\(name)") }
      case .custom, .namespace: tools.append(tool)
      }
    }
    if case .other(let config)? = asked.toolChoice {
      let names = Set(config["allowedFunctionNames"]?.array?.compactMap(\.string) ?? [])
      if !names.isEmpty {
        // Only what may be called is told.
        tools.removeAll {
          if case .function(let function) = $0 { !names.contains(function.name) } else { false }
        }
      }
      conversation.toolChoice = config["mode"]?.string?.uppercased() == "ANY" ? .required : .auto
    } else {
      conversation.toolChoice = asked.toolChoice
    }
    conversation.tools = tools
    if tools.isEmpty { conversation.toolChoice = nil }
  }

  // MARK: - Members

  /// What changes an answer's meaning, and nobody else has.
  private static let meant: Set<String> = ["responseModalities", "speechConfig", "imageConfig"]
  /// What is told in another form, or holds without it.
  private static let told: Set<String> = [
    "thinkingConfig", "responseMimeType", "responseSchema", "responseJsonSchema",
  ]

  private mutating func extras(
    of asked: Conversation, isOpenAIs: Bool
  ) throws(Untranslatable) -> JSONObject {
    var members = JSONObject()
    if let topK = asked.parameters.topK {
      if isOpenAIs { drop("generationConfig.topK") } else { members["top_k"] = .integer(Int64(topK)) }
    }
    if let penalty = asked.parameters.presencePenalty { members["presence_penalty"] = .double(penalty) }
    if let penalty = asked.parameters.frequencyPenalty { members["frequency_penalty"] = .double(penalty) }
    // Each is told once: the efforts are what all dialects know.
    conversation.parameters.topK = nil
    conversation.parameters.presencePenalty = nil
    conversation.parameters.frequencyPenalty = nil
    conversation.parameters.thinking = nil
    conversation.parameters.showsThoughts = nil
    // Most models do not think unless they are told to, and refuse to be told that they shall not.
    if conversation.parameters.effort == "none" {
      conversation.parameters.effort = nil
      if thinks { drop("generationConfig.thinkingConfig") }
    }
    for name in asked.extras.keys {
      switch name {
      case "toolConfig", "generationConfig": break
      case "cachedContent": throw .missing("`cachedContent`", in: target)
      default: drop(name)
      }
    }
    for (name, value) in asked.extras["generationConfig"]?.object ?? [:] where !Self.told.contains(name) {
      if name == "responseLogprobs" || name == "logprobs" {
        guard value != false, value != 0 else { continue }
        throw .missing("`\(name)` in Gemini's form", in: target)
      }
      guard !Self.meant.contains(name) || value == ["TEXT"] else { throw .missing("`\(name)`", in: target) }
      if !Self.meant.contains(name) { drop("generationConfig.\(name)") }
    }
    return members
  }

  private mutating func drop(_ name: String) {
    leftOut.append(name)
  }

  // MARK: - Turns

  private mutating func add(_ turn: Turn) {
    var told = Turn(role: turn.role, parts: [])
    for part in turn.parts {
      switch part {
      case .opaque(let opaque) where opaque.dialect == .gemini:
        // What Gemini's own tools made is of use to nobody else.
        drop("contents.\(opaque.members.keys.first ?? "parts")")
      case .toolResult(var result):
        result.parts = result.parts.map(plain)
        result.extras = [:]
        told.parts.append(.toolResult(result))
      default: told.parts.append(plain(part))
      }
    }
    if !told.parts.isEmpty { conversation.turns.append(told) }
  }

  /// Without the members that only Gemini knows.
  private func plain(_ part: Part) -> Part {
    guard case .toolCall(var call) = part else { return part.plainContent }
    call.extras = [:]
    return .toolCall(call)
  }
}

extension WireDialect {
  /// What reads the answers to a conversation that was asked in a dialect: one that is answered in the same keeps all that
  /// is in it.
  public func answering(_ dialect: Dialect) -> any WireDialect {
    if dialect == .messages, self is MessagesDialect { return MessagesDialect(keepsMembers: true) }
    guard dialect == .gemini, self is GeminiDialect else { return self }
    return GeminiDialect(keepsMembers: true)
  }
}
