import OrderedCollections

/// Reads Anthropic's content blocks as clients send them
/// (https://platform.claude.com/docs/en/api/messages/create). A block that nobody knows is refused, as Anthropic does.
struct MessagesBlockReader {
  /// Of the message; nil within what a call brought.
  let role: Turn.Role?

  /// The content of a message or a result: a text or blocks.
  func parts(of json: JSONValue?) throws(InputFault) -> [Part] {
    switch json {
    case nil, .null?: throw InputFault.missing()
    case .string(let text): return text.isEmpty ? [] : [.text(text)]
    case .array(let blocks):
      var parts: [Part] = []
      for (index, block) in blocks.enumerated() {
        do throws(InputFault) { try read(block, into: &parts) } catch { throw error.inside(.index(index)) }
      }
      return MessagesMarks.unwrap(parts)
    default: throw InputFault("Input should be a valid string or an array of blocks")
    }
  }

  private func read(_ block: JSONValue, into parts: inout [Part]) throws(InputFault) {
    guard case .object(let all) = block else { throw InputFault("Input should be a valid object") }
    let members = all.filter { !$0.value.isNull }
    guard let kind = members["type"]?.string else {
      throw InputFault.missing(.name("type"))
    }
    guard Self.isKnown(kind) else {
      throw InputFault(
        "Input tag '\(kind.prefix(64))' found using 'type' does not match any of the expected tags")
    }
    do throws(InputFault) { try read(kind, members, into: &parts) } catch { throw error.inside(.name(kind)) }
  }

  private func read(
    _ kind: String, _ members: JSONObject, into parts: inout [Part]
  ) throws(InputFault) {
    switch kind {
    case "text":
      parts.append(try text(members))
      parts += (members["citations"]?.array ?? []).compactMap(MessagesAnswerReader.citation)
    case "image": parts.append(.image(try MessagesSourceReader.image(members)))
    case "document": parts.append(.document(try MessagesSourceReader.document(members)))
    case "search_result": parts.append(.document(MessagesSourceReader.searchResult(members)))
    case "thinking", "redacted_thinking":
      try only(.assistant, kind)
      parts.append(.thought(try thought(members, isSealed: kind == "redacted_thinking")))
    case "tool_use":
      try only(.assistant, kind)
      parts.append(.toolCall(try call(members)))
    case "tool_result":
      try only(.user, kind)
      parts.append(.toolResult(try result(members)))
    default:
      let maker: Maker? = role == .assistant ? Maker(provider: nil, dialect: .messages) : nil
      parts.append(.opaque(OpaquePart(name: "", members: members, dialect: .messages, maker: maker)))
    }
  }

  /// Beside what clients say, that is what Anthropic's own tools say, and what its betas add.
  private static func isKnown(_ kind: String) -> Bool {
    switch kind {
    case "text", "image", "document", "search_result", "thinking", "redacted_thinking": true
    case "tool_use", "tool_result": true
    case "container_upload", "tool_reference", "compaction", "tool_addition", "tool_removal", "fallback": true
    default: kind.hasSuffix("_tool_use") || kind.hasSuffix("_tool_result")
    }
  }

  private func only(_ role: Turn.Role, _ kind: String) throws(InputFault) {
    guard self.role != role else { return }
    throw InputFault("`\(kind)` blocks can only be in `\(role.rawValue)` messages")
  }

  // MARK: - Kinds

  func text(_ members: JSONObject) throws(InputFault) -> Part {
    guard let json = members["text"] else { throw InputFault.missing(.name("text")) }
    guard let text = json.string else {
      throw InputFault("Input should be a valid string", at: .name("text"))
    }
    // A function may return nothing.
    if role != nil, text.isEmpty { throw InputFault("text content blocks must be non-empty") }
    return .text(TextPart(text, extras: members.without("type", "text", "citations")))
  }

  private func thought(_ members: JSONObject, isSealed: Bool) throws(InputFault) -> Thought {
    func string(_ name: String) throws(InputFault) -> String {
      guard let json = members[name] else { throw InputFault.missing(.name(name)) }
      guard let text = json.string else {
        throw InputFault("Input should be a valid string", at: .name(name))
      }
      return text
    }
    var extras = members.without("type", isSealed ? "data" : "thinking", isSealed ? "data" : "signature")
    let maker = MessagesMarks.takeMaker(from: &extras)
    if isSealed { return Thought("", sealed: try string("data"), maker: maker, extras: extras) }
    let text = try string("thinking")
    // One without a signature is of a model that gives none; LangChain leaves the member out then.
    let signature = members["signature"].map(\.isNull) == false ? try string("signature") : ""
    return Thought(
      text, signature: signature.isEmpty ? nil : signature, maker: signature.isEmpty ? nil : maker,
      extras: extras)
  }

  private func call(_ members: JSONObject) throws(InputFault) -> ToolCall {
    func string(_ name: String) throws(InputFault) -> String {
      guard let json = members[name] else { throw InputFault.missing(.name(name)) }
      guard let text = json.string, !text.isEmpty else {
        throw InputFault("String should have at least 1 character", at: .name(name))
      }
      return text
    }
    let id = try string("id")
    let name = try string("name")
    guard let input = members["input"] else {
      throw InputFault.missing(.name("input"))
    }
    guard case .object = input else {
      throw InputFault("Input should be a valid object", at: .name("input"))
    }
    return ToolCall(
      id: id, name: name, arguments: input.description,
      extras: members.without("type", "id", "name", "input"))
  }

  private func result(_ members: JSONObject) throws(InputFault) -> ToolResult {
    guard let id = members["tool_use_id"]?.string, !id.isEmpty else {
      throw InputFault.missing(.name("tool_use_id"))
    }
    let parts =
      members["content"] == nil
      ? []
      : try InputFault.within("content") { () throws(InputFault) in
        try MessagesBlockReader(role: nil).parts(of: members["content"])
      }
    return ToolResult(
      callID: id, parts: parts, isError: members["is_error"]?.bool ?? false,
      extras: members.without("type", "tool_use_id", "content", "is_error"))
  }
}
