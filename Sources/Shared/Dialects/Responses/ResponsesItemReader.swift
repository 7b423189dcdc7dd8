import OrderedCollections

/// Reads the `input` of a request as turns (https://platform.openai.com/docs/api-reference/responses/create#responses-create-input).
///
/// What a model said between two turns of others is one turn. There, a part that begins an item has the item's members
/// as `item` among its extras, however few: the parts that follow without one belong to the same item. Ids of items are
/// their maker's alone and are not kept: what is asked is asked whole.
struct ResponsesItemReader {
  /// In the extras of a part that begins an item: the item's members.
  static let item = "item"
  /// In the extras of the turn that holds a request's `instructions`.
  static let instructions = "instructions"

  private(set) var turns: [Turn] = []
  private(set) var faults: [InputFault] = []
  /// By the ids of their calls: signatures that came sealed before the call.
  private var signed: [String: ToolCall] = [:]
  /// The calls so far.
  private var calls: OrderedDictionary<String, Call> = [:]

  private struct Call {
    /// Of its item.
    let place: Int
    /// Where it stands among ``turns``.
    var turn = 0
    var part = 0
    /// Whether its result is there.
    var isAnswered = false
  }

  /// All of the items, and what is wrong with them.
  init(_ input: JSONValue) {
    switch input {
    case .string(let text): turns = [Turn(role: .user, text: text)]
    case .array(let items) where items.isEmpty:
      faults.append(InputFault("Input should have an item at least"))
    case .array(let items):
      for (index, item) in items.enumerated() {
        do throws(InputFault) { try read(item, index) } catch { faults.append(error.inside(.index(index))) }
      }
      findUnanswered()
    default: faults.append(InputFault("Input should be a string or an array of items"))
    }
  }

  private mutating func read(_ json: JSONValue, _ index: Int) throws(InputFault) {
    guard case .object(let members) = json else { throw InputFault("Input should be an object") }
    switch members["type"]?.string {
    case "message": try readMessage(members)
    case nil where members["role"] != nil: try readMessage(members)
    case nil where members["id"]?.string != nil, "item_reference": throw Self.unknown(members["id"])
    case nil: throw .missing(.name("type"))
    case "reasoning": try readReasoning(members)
    case "function_call": try readCall(members, .function, text: "arguments", index)
    case "custom_tool_call": try readCall(members, .custom, text: "input", index)
    case "function_call_output", "custom_tool_call_output": try readResult(members)
    default: keep(members)
    }
  }

  /// References to items that are kept were resolved before.
  private static func unknown(_ id: JSONValue?) -> InputFault {
    guard let id = id?.string else { return .missing(.name("id")) }
    return InputFault("There is no item '\(id.prefix(64))' here; send the item itself", at: .name("id"))
  }

  // MARK: - Messages

  private mutating func readMessage(_ members: JSONObject) throws(InputFault) {
    guard let name = members["role"]?.string else { throw .missing(.name("role")) }
    guard let role = Turn.Role(rawValue: name), role != .tool else {
      throw InputFault(
        "Input should be 'user', 'assistant', 'system' or 'developer'", at: .name("role"))
    }
    var parts: [Part]
    do throws(InputFault) { parts = try ResponsesPartReader.content(members["content"]) } catch {
      throw error.inside(.name("content"))
    }
    let item = members.without("type", "role", "content", "id")
    guard role == .assistant else { return turns.append(Turn(role: role, parts: parts, extras: item)) }
    if parts.isEmpty { parts = [.text("")] }
    parts[0].begin(item)
    say(parts)
  }

  /// Adds to what the model says.
  private mutating func say(_ parts: [Part]) {
    if turns.last?.role == .assistant {
      turns[turns.count - 1].parts += parts
    } else {
      turns.append(Turn(role: .assistant, parts: parts))
    }
  }

  /// An item of a kind that only OpenAI has, as it is: what is returned is nobody's word, all else the model's.
  private mutating func keep(_ members: JSONObject) {
    let part = Part.opaque(OpaquePart(name: "", members: members, dialect: .responses))
    let type = members["type"]?.string ?? ""
    if type.hasSuffix("_output") || type.hasSuffix("_response") || members["role"] != nil {
      turns.append(Turn(role: .user, parts: [part]))
    } else {
      say([part])
    }
  }

  // MARK: - Thoughts

  private mutating func readReasoning(_ members: JSONObject) throws(InputFault) {
    var thoughts: [Thought] = []
    for name in ["summary", "content"] {
      guard let json = members[name], !json.isNull else { continue }
      guard let texts = json.array else { throw InputFault("Input should be an array", at: .name(name)) }
      thoughts += texts.compactMap { $0["text"]?.string }.map { Thought($0, member: name) }
    }
    if thoughts.isEmpty { thoughts = [Thought("")] }
    let last = thoughts.count - 1
    let item = members.without("type", "id", "summary", "content", "encrypted_content")
    if let sealed = members["encrypted_content"]?.string {
      switch SealedPart.part(sealed) {
      case .toolCall(let call): return sign(call)
      case .thought(let thought) where thought.maker?.dialect != .responses:
        var thought = thought
        thought.text = thoughts.map(\.text).joined(separator: "\n\n")
        return say([.thought(thought)])
      case .thought(let thought):
        thoughts[last].sealed = thought.sealed
        for index in thoughts.indices { thoughts[index].maker = thought.maker }
      case let part?: return say([part])
      case nil:
        thoughts[last].sealed = sealed
        for index in thoughts.indices { thoughts[index].maker = Maker(provider: nil, dialect: .responses) }
      }
    }
    thoughts[0].extras[Self.item] = .object(item)
    say(thoughts.map(Part.thought))
  }

  /// A signature stands before its call, or behind it.
  private mutating func sign(_ signed: ToolCall) {
    guard let known = calls[signed.id] else { return self.signed[signed.id] = signed }
    guard case .toolCall(var call) = turns[known.turn].parts[known.part] else { return }
    call.signature = signed.signature
    call.maker = signed.maker
    turns[known.turn].parts[known.part] = .toolCall(call)
  }

  // MARK: - Calls and their results

  private mutating func readCall(
    _ members: JSONObject, _ kind: ToolCall.Kind, text: String, _ index: Int
  ) throws(InputFault) {
    for name in ["call_id", "name", text] where members[name]?.string == nil { throw .missing(.name(name)) }
    let id = members["call_id"]?.string ?? ""
    var call = ToolCall(
      kind: kind, id: id, name: members["name"]?.string ?? "", arguments: members[text]?.string ?? "",
      namespace: members["namespace"]?.string,
      extras: members.without("type", "id", "call_id", "name", "arguments", "input", "namespace"))
    if let signed = signed.removeValue(forKey: id) {
      call.signature = signed.signature
      call.maker = signed.maker
    }
    say([.toolCall(call)])
    let turn = turns.count - 1
    calls[id] = Call(place: index, turn: turn, part: turns[turn].parts.count - 1)
  }

  private mutating func readResult(_ members: JSONObject) throws(InputFault) {
    guard let id = members["call_id"]?.string else { throw .missing(.name("call_id")) }
    guard calls[id] != nil else {
      throw InputFault(
        "No tool call found for the output with this call_id", at: .name("call_id"))
    }
    calls[id]?.isAnswered = true
    let parts: [Part]
    do throws(InputFault) { parts = try ResponsesPartReader.content(members["output"]) } catch {
      throw error.inside(.name("output"))
    }
    let result = ToolResult(
      callID: id, parts: parts,
      extras: members.without("type", "id", "call_id", "output", "name", "namespace"))
    turns.append(Turn(role: .tool, parts: [.toolResult(result)]))
  }

  /// A model goes on only when it has all that it called for.
  private mutating func findUnanswered() {
    for (id, call) in calls where !call.isAnswered {
      faults.append(
        InputFault("No tool output found for function call \(id.prefix(64))", at: .index(call.place)))
    }
  }
}

extension Part {
  /// Marks the part as the first of an item.
  fileprivate mutating func begin(_ item: JSONObject) {
    switch self {
    case .text(var text):
      text.extras[ResponsesItemReader.item] = .object(item)
      self = .text(text)
    default: break
    }
  }
}
