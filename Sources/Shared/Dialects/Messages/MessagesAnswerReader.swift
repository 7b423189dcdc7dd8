import OrderedCollections

/// Reads whole answers of Anthropic, and the words that its streams have in common with them.
enum MessagesAnswerReader {
  /// - Parameter keepsMembers: whether members that only Anthropic's clients know are kept.
  static func whole(
    _ value: JSONValue, maker: String, keepsMembers: Bool = false
  ) throws(ProviderFault) -> ProviderAnswer {
    guard let content = value["content"], !content.isNull else { throw .failing("no content in the answer") }
    let blocks = EvidentForm.parts(content) { ["type": "text", "text": $0] }
    var answer = Answer(
      parts: blocks.flatMap { parts(of: $0, maker: maker, keepsMembers: keepsMembers) }, finishReason: .stop)
    var read = ProviderAnswer(answer)
    switch finishReason(value["stop_reason"]) {
    case .ended(let reason): answer.choices[0].finishReason = reason
    case .unknown(let word): read.unknownFinishReason = word
    case .none, .broken: break
    }
    if answer.finishReason == .stop, answer.hasToolCalls { answer.choices[0].finishReason = .toolCalls }
    answer.usage = TokenUsage(anthropic: value["usage"])
    if keepsMembers {
      let own = MessagesOwnMembers.of(value.object ?? [:], usage: value["usage"]?.object ?? [:])
      if !own.isEmpty { answer.apply(.extras(own, .messages)) }
    }
    read.answer = answer
    return read
  }

  /// A block as it begins, or whole; its citations follow it.
  static func parts(of block: JSONValue, maker: String, keepsMembers: Bool = false) -> [Part] {
    guard case .object(let members) = block else { return [] }
    let made = Maker(provider: maker, dialect: .messages)
    func own(_ known: Set<String>) -> JSONObject {
      keepsMembers ? members.filter { !known.contains($0.key) && !$0.value.isNull } : [:]
    }
    switch members["type"]?.string {
    case "text":
      let text = TextPart(members["text"]?.string ?? "", extras: own(["type", "text", "citations"]))
      return [.text(text)] + (members["citations"]?.array ?? []).compactMap(citation)
    case "thinking":
      let signature = members["signature"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      return [
        .thought(
          Thought(
            members["thinking"]?.string ?? "", signature: signature, maker: made,
            extras: own(["type", "thinking", "signature"])))
      ]
    case "redacted_thinking":
      return [
        .thought(
          Thought(
            "", sealed: members["data"]?.string ?? "", maker: made, extras: own(["type", "data"])))
      ]
    case "tool_use":
      guard let name = members["name"]?.string else { return [] }
      let id = members["id"]?.string ?? ""
      let own = own(["type", "id", "name", "input"])
      return [
        .toolCall(
          ToolCall(
            id: id.isEmpty ? ToolCallID.new() : id, name: name,
            arguments: EvidentForm.object(members["input"]),
            maker: own.isEmpty ? nil : made, extras: own))
      ]
    default: return [.opaque(OpaquePart(name: "", members: members, dialect: .messages, maker: made))]
    }
  }

  static func citation(_ json: JSONValue) -> Part? {
    guard case .object(let members) = json else { return nil }
    return .citation(
      Citation(
        url: members["url"]?.string, title: members["title"]?.string ?? members["document_title"]?.string,
        members: members, dialect: .messages))
  }

  /// https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
  static func finishReason(_ json: JSONValue?) -> FinishReasonReading {
    switch json?.string {
    // A pause is for a client that has tools of Anthropic's own run on: it has what there is.
    case "end_turn", "stop_sequence", "pause_turn": .ended(.stop)
    case "max_tokens", "model_context_window_exceeded": .ended(.length)
    case "tool_use": .ended(.toolCalls)
    case "refusal": .ended(.contentFilter)
    case nil, "": .none
    case let word?: .unknown(word)
    }
  }
}
