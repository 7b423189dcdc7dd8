import OrderedCollections

/// A request that was asked in Anthropic's form, for a provider that speaks it: members go as they came, those that nobody
/// here knows too. What other makers made is left out, and what Anthropic would refuse because of that.
struct MessagesOwnRequest {
  private(set) var members: JSONObject
  private(set) var dropped: [String] = []
  private let writer: MessagesPartWriter
  /// Whether the answer that may go on does not begin with a thought.
  private var lacksThought = false
  /// Whether it is somebody else's.
  private var isForeign = false

  init(_ asked: Conversation, for target: RequestTarget, streams: Bool) throws(Untranslatable) {
    let conversation = target.fitToolCallIDs(of: asked, as: .wordCharacters)
    writer = MessagesPartWriter(maker: target.provider, takesExtras: true, isOwn: true)
    members = ["model": .string(target.model)]
    members["max_tokens"] = .integer(Int64(asked.parameters.maxTokens ?? MessagesRequest.usualLimit))
    try addTurns(of: conversation)
    addTools(of: asked)
    if streams { members["stream"] = true }
    addParameters(of: asked, target.shape)
    for (name, value) in asked.extras where name != "metadata" { members[name] = value }
    fitThinking(asked)
  }

  var written: WrittenRequest {
    WrittenRequest(body: JSONValue.object(members).serialized(), dropped: dropped)
  }

  // MARK: - Turns

  private mutating func addTurns(of conversation: Conversation) throws(Untranslatable) {
    let system = conversation.turns.prefix { $0.role == .system }
    var blocks: [JSONValue] = []
    for turn in system { blocks += try self.blocks(of: turn) }
    if !blocks.isEmpty { members["system"] = .array(blocks) }
    var messages: [Message] = []
    for (index, turn) in conversation.turns.enumerated().dropFirst(system.count) {
      let blocks: [JSONValue]
      do throws(Untranslatable) { blocks = try self.blocks(of: turn) } catch {
        throw error.at("messages[\(index - system.count)]")
      }
      noteThought(turn, blocks)
      guard !blocks.isEmpty else { continue }
      add(turn, blocks, to: &messages)
    }
    members["messages"] = .array(messages.map(\.json))
  }

  /// A message while its blocks come in: as JSON all of them would be copied with each turn that joins it.
  private struct Message {
    let role: String
    var blocks: [JSONValue]
    let extras: JSONObject

    var json: JSONValue {
      var members: JSONObject = ["role": .string(role), "content": .array(blocks)]
      for (name, value) in extras { members[name] = value }
      return .object(members)
    }
  }

  /// Neighbours of one role are one message: results, and what the user says to them.
  private func add(_ turn: Turn, _ blocks: [JSONValue], to messages: inout [Message]) {
    let role = turn.role == .tool ? "user" : turn.role == .developer ? "system" : turn.role.rawValue
    guard messages.last?.role == role, turn.extras.isEmpty, role != "system" else {
      return messages.append(Message(role: role, blocks: blocks, extras: turn.extras))
    }
    messages[messages.count - 1].blocks += blocks
  }

  private func blocks(of turn: Turn) throws(Untranslatable) -> [JSONValue] {
    var blocks: [JSONValue] = []
    // Of the last block.
    var citations: [JSONValue] = []
    for part in turn.parts {
      if case .citation(let citation) = part {
        if blocks.last?["type"] == "text", let form = citation.ownForm { citations.append(.object(form)) }
        continue
      }
      blocks.cite(citations)
      citations = []
      switch part {
      case .toolCall(let call):
        let arguments =
          call.arguments.isEmpty ? [:] : (try? JSONParser.parse(call.arguments, of: .provider))?.object ?? [:]
        blocks.append(try writer.call(call, arguments: arguments, position: 0))
      case .toolResult(let result):
        blocks.append(
          try writer.result(result, of: ToolCall(id: result.callID, name: "", arguments: "")))
      // Anthropic takes none of a model's.
      case .image where turn.role == .assistant: blocks.append(["type": "text", "text": "[image]"])
      default: blocks += try writer.parts(of: [part])
      }
    }
    blocks.cite(citations)
    return blocks
  }

  /// What Anthropic's ids of calls begin with, so that those of others are known where nothing else tells of them.
  private static let ownCall = "toolu_"

  /// Where thinking is on, the answer that a tool's result goes on with must begin with its thought.
  private mutating func noteThought(_ turn: Turn, _ blocks: [JSONValue]) {
    guard turn.role == .assistant, blocks.contains(where: { $0["type"] == "tool_use" }) else { return }
    let isFirst = ["thinking", "redacted_thinking"].contains(blocks.first?["type"]?.string)
    isForeign = turn.parts.contains { part in
      switch part {
      case .thought(let thought): !(thought.maker?.isProvider(writer.maker, speaking: .messages) ?? false)
      case .toolCall(let call): call.maker.map { $0.dialect != .messages } ?? !call.id.hasPrefix(Self.ownCall)
      default: false
      }
    }
    lacksThought = !isFirst
  }

  // MARK: - Members

  private mutating func addTools(of asked: Conversation) {
    let tools = asked.tools.compactMap { tool -> JSONValue? in
      switch tool {
      case .function(let function):
        var members: JSONObject = ["name": .string(function.name)]
        members["description"] = function.description.map(JSONValue.string)
        members["input_schema"] = function.parameters
        members["strict"] = function.isStrict.map(JSONValue.bool)
        for (name, value) in function.extras { members[name] = value }
        return .object(members)
      case .other(let json): return json
      case .custom, .namespace: return nil
      }
    }
    if !tools.isEmpty { members["tools"] = .array(tools) }
    guard let choice = asked.toolChoice else { return }
    var form: JSONObject =
      switch choice {
      case .auto, .other: ["type": "auto"]
      case .none: ["type": "none"]
      case .required: ["type": "any"]
      case .function(let name): ["type": "tool", "name": .string(name)]
      }
    if asked.parameters.parallelToolCalls == false, choice != .none {
      form["disable_parallel_tool_use"] = true
    }
    members["tool_choice"] = .object(form)
  }

  private mutating func addParameters(of asked: Conversation, _ shape: ProviderShape) {
    let parameters = asked.parameters
    let sampling: [(String, JSONValue?)] = [
      ("temperature", parameters.temperature.map(JSONValue.double)),
      ("top_p", parameters.topP.map(JSONValue.double)),
      ("top_k", parameters.topK.map { .integer(Int64($0)) }),
    ]
    for (name, value) in sampling {
      guard let value else { continue }
      if shape.takesSampling { members[name] = value } else { dropped.append(name) }
    }
    if !parameters.stop.isEmpty { members["stop_sequences"] = .array(parameters.stop.map(JSONValue.string)) }
    var metadata = asked.extras["metadata"]?.object ?? [:]
    metadata["user_id"] = parameters.user.map(JSONValue.string)
    if !metadata.isEmpty { members["metadata"] = .object(metadata) }
  }

  // MARK: - Thinking

  /// Anthropic's smallest budget.
  private static let leastBudget: Int64 = 1024

  private mutating func fitThinking(_ asked: Conversation) {
    guard let thinking = members["thinking"], thinking["type"] != "disabled" else { return }
    let limit = members["max_tokens"]?.integer ?? 0
    let budget = thinking["budget_tokens"]?.integer
    // A budget too small is made as small as it may be; where the answer has no room for that, it does without.
    let hasRoom = budget.map { $0 >= Self.leastBudget } ?? true || limit > Self.leastBudget
    // A model that thinks as it sees fit may have called without a thought.
    let mayLack = thinking["type"] == "adaptive" && !isForeign
    guard !lacksThought || mayLack || !asked.endsInToolResult, hasRoom else {
      members["thinking"] = ["type": "disabled"]
      dropped.append("thinking")
      return dropThinkingEdits()
    }
    if let budget, budget < Self.leastBudget, case .object(var form) = thinking {
      form["budget_tokens"] = .integer(Self.leastBudget)
      members["thinking"] = .object(form)
    }
  }

  /// They are refused where nothing is thought.
  private mutating func dropThinkingEdits() {
    guard case .object(var management)? = members["context_management"] else { return }
    let edits = (management["edits"]?.array ?? []).filter {
      $0["type"]?.string?.hasPrefix("clear_thinking") != true
    }
    management["edits"] = .array(edits)
    members["context_management"] = edits.isEmpty ? nil : .object(management)
  }
}

extension [JSONValue] {
  /// Adds the sources of the last block.
  fileprivate mutating func cite(_ citations: [JSONValue]) {
    guard !citations.isEmpty, case .object(var text)? = last else { return }
    text["citations"] = .array((text["citations"]?.array ?? []) + citations)
    self[count - 1] = .object(text)
  }
}

extension Citation {
  /// As Anthropic made it: what stands for another maker's has nothing that it would know again.
  fileprivate var ownForm: JSONObject? {
    guard dialect == .messages, members["encrypted_index"] != "" else { return nil }
    return members
  }
}
