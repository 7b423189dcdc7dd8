import OrderedCollections

/// Reads messages in Anthropic's form, one after the other, and sees to it that each call has its result in the message
/// behind it, as Anthropic wants.
struct MessagesTurnReader {
  private(set) var turns: [Turn] = []
  /// The calls of the last answer, whose results must come next; with the place of that answer.
  private var calls: [String] = []
  private var open: Set<String> = []
  private var place = 0
  private var number = -1

  init(count: Int) { turns.reserveCapacity(count + 1) }

  /// Throws what is wrong with the message or the ones before it, with its place among them.
  mutating func read(_ json: JSONValue, isLast: Bool) throws(InputFault) {
    number += 1
    do throws(InputFault) { try readMessage(json, isLast: isLast) } catch {
      throw error.inside(.index(number))
    }
  }

  private mutating func readMessage(_ json: JSONValue, isLast: Bool) throws(InputFault) {
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    let role = try InputFault.within("role") { () throws(InputFault) in try self.role(members["role"]) }
    let parts = try InputFault.within("content") { () throws(InputFault) in
      try MessagesBlockReader(role: role).parts(of: members["content"])
    }
    let extras = members.without("role", "content")
    // The results may come in several messages of the user's, which are one to Anthropic.
    switch role {
    case .assistant: try addAnswer(parts, extras, isLast: isLast)
    case .user: try addUser(parts, extras)
    case .system, .developer, .tool: turns.append(Turn(role: .system, parts: parts, extras: extras))
    }
  }

  /// Throws when the results of the last calls are missing.
  func end() throws(InputFault) -> [Turn] {
    guard open.isEmpty else { throw missingResults.inside(.index(place)) }
    return turns
  }

  private func role(_ json: JSONValue?) throws(InputFault) -> Turn.Role {
    switch json {
    case "user": return .user
    case "assistant": return .assistant
    case "system": return .system
    case nil, .null?: throw InputFault.missing()
    default: throw InputFault("Input should be 'user', 'assistant' or 'system'")
    }
  }

  private mutating func addAnswer(
    _ parts: [Part], _ extras: JSONObject, isLast: Bool
  ) throws(InputFault) {
    guard open.isEmpty else { throw missingResults }
    guard !parts.isEmpty || isLast else {
      throw InputFault(
        "all messages must have non-empty content except for the optional final assistant message")
    }
    calls = parts.compactMap { if case .toolCall(let call) = $0 { call.id } else { nil } }
    open = Set(calls)
    place = number
    turns.append(Turn(role: .assistant, parts: parts, extras: extras))
  }

  /// Results become turns of their own, in front of what else the message holds.
  private mutating func addUser(_ parts: [Part], _ extras: JSONObject) throws(InputFault) {
    guard !parts.isEmpty else { throw InputFault("user messages must have non-empty content") }
    var said: [Part] = []
    var extras = extras
    for (index, part) in parts.enumerated() {
      guard case .toolResult(let result) = part else {
        said.append(part)
        continue
      }
      guard open.remove(result.callID) != nil else {
        throw strayResult(result.callID, isRepeated: calls.contains(result.callID))
          .inside(.index(index)).inside(.name("content"))
      }
      turns.append(Turn(role: .tool, parts: [part], extras: extras))
      extras = [:]
    }
    if !said.isEmpty { turns.append(Turn(role: .user, parts: said, extras: extras)) }
  }

  private func strayResult(_ id: String, isRepeated: Bool) -> InputFault {
    if isRepeated {
      return InputFault(
        "each tool_use must have a single result. Found multiple `tool_result` blocks with id: \(id.prefix(64))"
      )
    }
    return InputFault(
      "unexpected `tool_use_id` found in `tool_result` blocks: \(id.prefix(64)). Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
    )
  }

  private var missingResults: InputFault {
    let ids = calls.lazy.filter(open.contains).prefix(8).map { String($0.prefix(64)) }.joined(separator: ", ")
    return InputFault(
      "`tool_use` ids were found without `tool_result` blocks immediately after: \(ids). Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    )
  }
}
