import OrderedCollections

/// A conversation that was asked in Anthropic's form, for a target that speaks another dialect: in the words of OpenAI's chat,
/// from which every other dialect is written. What only Anthropic can run is left out, and refused where it was demanded.
struct MessagesTranslation {
  private(set) var conversation: Conversation
  /// What was left out, by the client's names.
  var dropped: [String] { leftOut.elements }
  private var leftOut: OrderedSet<String> = []

  private let target: RequestTarget

  /// - Parameter isOpenAIs: whether the target speaks one of OpenAI's dialects, in which instructions on the way stand where
  ///   they are.
  init(_ asked: Conversation, for target: RequestTarget, isOpenAIs: Bool) throws(Untranslatable) {
    self.target = target
    conversation = Conversation(model: asked.model, turns: [], parameters: asked.parameters, dialect: .chat)
    try addTools(of: asked)
    addParameters(of: asked, isOpenAIs: isOpenAIs)
    for name in asked.extras.keys where !Self.told.contains(name) { drop(name) }
    let system = asked.turns.prefix { $0.role == .system }
    for turn in system { try add(turn) }
    for turn in asked.turns.dropFirst(system.count) {
      if turn.role == .system, !isOpenAIs { addMarked(turn) } else { try add(turn) }
    }
  }

  /// What Claude Code puts before its instructions. It means nothing to others, and makes each version's prompt new to a
  /// cache.
  private static let billing = "x-anthropic-billing-header:"

  private mutating func drop(_ name: String) {
    leftOut.append(name)
  }

  // MARK: - Members

  /// What is told in another form, or tells nothing about the answer.
  private static let told: Set<String> = ["thinking", "output_config", "output_format", "metadata"]

  private mutating func addTools(of asked: Conversation) throws(Untranslatable) {
    var hosted: [String] = []
    for tool in asked.tools {
      switch tool {
      case .function(let function):
        // Whose rules of strictness are met is not known.
        conversation.tools.append(
          .function(
            FunctionTool(
              name: function.name, description: function.description, parameters: function.parameters)))
      case .other(let json):
        hosted.append(json["name"]?.string ?? "")
        drop("tools.\(json["type"]?.string ?? "")")
      case .custom, .namespace: conversation.tools.append(tool)
      }
    }
    switch asked.toolChoice {
    case .function(let name)? where hosted.contains(name):
      throw .missing("tool `\(name)`, which `tool_choice` demands", in: target.provider)
    case .required? where conversation.tools.isEmpty:
      throw .missing("such `tools`, of which `tool_choice` demands one", in: target.provider)
    case let choice: conversation.toolChoice = conversation.tools.isEmpty ? nil : choice
    }
    if conversation.tools.isEmpty { conversation.parameters.parallelToolCalls = nil }
  }

  /// Thirds of what models may think at most, in tokens.
  private static let third = 32_768 / 3

  private mutating func addParameters(of asked: Conversation, isOpenAIs: Bool) {
    var effort = asked.parameters.effort
    switch asked.parameters.thinking {
    case .disabled?: effort = "none"
    case .enabled(let budget?)? where effort == nil:
      effort = budget <= Self.third ? "low" : budget <= 2 * Self.third ? "medium" : "high"
    case .enabled?, .adaptive?, nil: break
    }
    conversation.parameters.thinking = nil
    conversation.parameters.showsThoughts = nil
    // Most models that are asked so do not think, and refuse to be told how much. What only tunes is not worth that.
    if isOpenAIs, let wish = effort, !target.takesEffort || wish == "none" {
      effort = nil
      // Who is known to think does so without a word, too.
      if wish != "none" || target.takesEffort {
        drop(asked.parameters.effort == nil || wish == "none" ? "thinking" : "output_config.effort")
      }
    }
    conversation.parameters.effort = effort
    if let topK = asked.parameters.topK {
      conversation.parameters.topK = nil
      if isOpenAIs { drop("top_k") } else { conversation.setExtras(["top_k": .integer(Int64(topK))]) }
    }
    // Anthropic's clients have a text of JSON there, longer than others take.
    if let user = asked.parameters.user, user.count > 64 { conversation.parameters.user = nil }
  }

  // MARK: - Turns

  private mutating func add(_ turn: Turn) throws(Untranslatable) {
    var told = Turn(role: turn.role, parts: [])
    for part in turn.parts {
      guard case .toolResult(var result) = part else {
        told.parts += try plain(part)
        continue
      }
      var parts: [Part] = []
      for part in result.parts { parts += try plain(part) }
      result.parts = parts
      result.extras = [:]
      if result.isError { result.parts.markFailed() }
      told.parts.append(.toolResult(result))
    }
    if !told.parts.isEmpty { conversation.turns.append(told) }
  }

  /// Put among the instructions at the start it would make each prompt new to the provider's cache.
  private mutating func addMarked(_ turn: Turn) {
    let text = turn.text
    guard !text.isEmpty else { return }
    conversation.turns.append(Turn(role: .user, text: "<system>\n\(text)\n</system>"))
  }

  /// Without the members that only Anthropic knows. Several for none or one part.
  private mutating func plain(_ part: Part) throws(Untranslatable) -> [Part] {
    switch part {
    case .text(let text): return text.text.hasPrefix(Self.billing) ? [] : [.text(text.text)]
    case .thought(let thought): return thought.maker?.dialect == .messages ? [] : [part]
    case .toolCall(var call):
      call.extras = [:]
      return [.toolCall(call)]
    case .image(let image) where image.id != nil:
      throw .missing("images by the id of a file", in: target.provider)
    case .document(let document) where document.id != nil:
      throw .missing("documents by the id of a file", in: target.provider)
    case .image(var image):
      image.extras = [:]
      return [.image(image)]
    case .document(var document):
      document.extras = [:]
      guard let text = document.text else { return [.document(document)] }
      let title = document.name.map { " title=\"\($0)\"" } ?? ""
      return [.text("<document\(title)>\n\(text)\n</document>")]
    case .opaque(let opaque) where opaque.dialect == .messages:
      drop("messages.\(opaque.members["type"]?.string ?? "")")
      return []
    case .refusal, .audio, .toolResult, .citation, .opaque: return [part]
    }
  }
}

extension [Part] {
  /// Says in the text that a call failed, where there is no other place for it.
  fileprivate mutating func markFailed() {
    if case .text(let first)? = first {
      self[0] = .text("Error: \(first.text)")
    } else {
      insert(.text("Error"), at: 0)
    }
  }
}
