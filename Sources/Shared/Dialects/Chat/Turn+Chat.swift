public import OrderedCollections

extension Turn {
  /// Reads a message in OpenAI's form, which has been validated; null stands for absent.
  public init(chat members: JSONObject, role: Role) {
    self.init(role: role, parts: [])
    switch role {
    case .assistant: readAnswer(members)
    case .tool:
      parts = [
        .toolResult(
          ToolResult(
            callID: members["tool_call_id"]?.string ?? "", parts: ChatPartReader.content(members["content"])))
      ]
    case .system, .developer, .user: parts = ChatPartReader.content(members["content"])
    }
    for (name, value) in members where !value.isNull && !Self.isRead(name, role) {
      if name == "name", let text = value.string { self.name = text } else { extras[name] = value }
    }
  }

  private static func isRead(_ name: String, _ role: Role) -> Bool {
    switch name {
    case "role", "content": true
    case "tool_call_id": role == .tool
    case "refusal", "reasoning", "reasoning_content", "reasoning_details", "thinking_blocks", "tool_calls",
      "function_call", "audio", "images", "annotations":
      role == .assistant
    default: false
    }
  }

  /// What a model said, as clients send it back: thoughts, then words, then calls.
  private mutating func readAnswer(_ members: JSONObject) {
    readThoughts(members)
    parts += ChatPartReader.content(members["content"]).map(\.withWords)
    if let text = members["refusal"]?.string, !text.isEmpty { parts.append(.refusal(text)) }
    for case .object(let image) in members["images"]?.array ?? [] {
      if let image = ChatPartReader.image(image) { parts.append(.image(image)) }
    }
    if let audio = members["audio"]?.object { parts.append(.audio(AudioPart(chat: audio))) }
    for case .object(let annotation) in members["annotations"]?.array ?? [] {
      parts.append(.citation(Citation(chat: annotation)))
    }
    parts += (members["tool_calls"]?.array ?? []).compactMap(ChatPartReader.call)
    if let call = members["function_call"], let name = call["name"]?.string {
      parts.append(
        .toolCall(
          ToolCall(
            kind: .legacy, id: "", name: name,
            arguments: EvidentForm.arguments(call["arguments"]) ?? "{}")))
    }
  }

  private mutating func readThoughts(_ members: JSONObject) {
    var areOurs = false
    for case .object(let entry) in members["reasoning_details"]?.array ?? [] {
      if let thought = ReasoningDetail.thought(entry) {
        areOurs = true
        parts.append(.thought(thought))
      } else {
        parts.append(.opaque(OpaquePart(name: "reasoning_details", members: entry, dialect: .chat)))
      }
    }
    for case .object(let block) in members["thinking_blocks"]?.array ?? [] where !areOurs {
      parts += ChatPartReader.thoughts(block)
    }
    // Where the entries are ours, these texts only repeat them.
    guard !areOurs else { return }
    for member in ["reasoning", "reasoning_content"] {
      if let text = members[member]?.string, !text.isEmpty {
        parts.append(.thought(Thought(text, member: member)))
      }
    }
  }
}

extension Part {
  /// The words of a part of a model's as OpenAI's Responses call it, which some clients send back to its chat.
  fileprivate var withWords: Part {
    guard case .opaque(let part) = self, part.members["type"] == "output_text",
      let text = part.members["text"]?.string
    else { return self }
    return .text(text)
  }
}

extension AudioPart {
  /// OpenAI's `message.audio`.
  init(chat members: JSONObject) {
    self.init(
      id: members["id"]?.string, data: members["data"]?.string ?? "",
      transcript: members["transcript"]?.string, extras: members.without("id", "data", "transcript"))
  }
}

extension Citation {
  /// One of OpenAI's `message.annotations`.
  init(chat members: JSONObject) {
    let citation = members["url_citation"]
    self.init(
      url: citation?["url"]?.string, title: citation?["title"]?.string, members: members.without("index"),
      dialect: .chat)
  }
}
