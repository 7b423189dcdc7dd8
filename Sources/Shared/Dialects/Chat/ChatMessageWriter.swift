import OrderedCollections

/// Writes what a model said as an `assistant` message of a conversation.
struct ChatMessageWriter {
  private let turn: Turn
  /// Nil for the queue, which keeps all.
  private let target: RequestTarget?

  init(_ turn: Turn, for target: RequestTarget?) {
    self.turn = target?.shape.takesRefusals == false ? turn.withRefusalsAsTexts : turn
    self.target = target
  }

  /// Writes all members but the role.
  func write(to json: inout JSONWriter) {
    writeContent(to: &json)
    var calls: [Part] = []
    var details: [JSONValue] = []
    var images: [JSONValue] = []
    var citations: [JSONValue] = []
    // Several thoughts or refusals are one text each: a member stands once in a message.
    var texts: JSONObject = [:]
    for part in turn.parts {
      switch part {
      // Read as content, because they stand there.
      case .text, .document, .toolResult: break
      case .opaque(let opaque):
        guard target == nil || target?.shape.takesReasoning == true else { break }
        if opaque.name == "reasoning_details" { details.append(.object(opaque.members)) }
        if opaque.name == "tool_calls" { calls.append(part) }
      case .refusal(let text): texts.append(text, to: "refusal")
      case .thought(let thought): add(thought, &details, &texts)
      case .toolCall(let call):
        if call.kind == .legacy { write(legacy: call, to: &json) } else { calls.append(part) }
      case .image(var image):
        guard keepsImages else { break }
        if target != nil { image.extras = image.extras.wishes }
        images.append(image.chatForm)
      case .citation(let citation): if target == nil { citations.append(.object(citation.members)) }
      case .audio(let audio): write(audio, to: &json)
      }
    }
    json.members(texts)
    if !calls.isEmpty {
      json.name("tool_calls")
      json.array { json in for call in calls { write(call, to: &json) } }
    }
    if !details.isEmpty { json.member("reasoning_details", json: .array(details)) }
    if !images.isEmpty { json.member("images", json: .array(images)) }
    if !citations.isEmpty { json.member("annotations", json: .array(citations)) }
  }

  /// What stands in a message's `content`, and not beside it.
  private var content: [Part] {
    guard let target else { return turn.parts.filter { $0.isChatContent(for: nil) } }
    return turn.parts.compactMap { $0.isChatContent(for: target) ? $0.withWishes : nil }
  }

  /// A text is written as such: not every compatible server takes a list of one.
  private func writeContent(to json: inout JSONWriter) {
    json.name("content")
    let content = content
    guard content.isEmpty, turn.parts.contains(where: { !$0.isEmpty }) else {
      return Self.write(content: content, to: &json)
    }
    if target == nil || turn.parts.contains(where: stands) {
      json.writeNull()
    } else {
      // Its pictures stand beside it, where they are kept.
      json.write(keepsImages && turn.hasImages ? "" : turn.standIn ?? "")
    }
  }

  private var keepsImages: Bool { target?.shape.keepsImages ?? true }

  /// Whether a message may be without content because of the part: servers refuse one that has nothing at all.
  private func stands(_ part: Part) -> Bool {
    switch part {
    case .toolCall, .refusal: true
    case .opaque(let opaque): opaque.name == "tool_calls" && target?.shape.takesReasoning == true
    case .audio(let audio): audio.id != nil && target?.shape.keepsAudio == true
    default: false
    }
  }

  /// A text, or an array of parts.
  static func write(content parts: [Part], to json: inout JSONWriter) {
    if parts.isEmpty { return json.write("") }
    if parts.count == 1, case .text(let part) = parts[0], part.extras.isEmpty { return json.write(part.text) }
    json.array { json in for part in parts { json.write(part.chatContent) } }
  }

  // MARK: - Thoughts

  /// A history does not tell who made a text of thoughts: it goes only to a server that takes such.
  private func add(_ thought: Thought, _ details: inout [JSONValue], _ texts: inout JSONObject) {
    if target == nil, let entry = ReasoningDetail.entry(of: thought, index: details.count) {
      details.append(.object(entry))
    }
    guard thought.maker == nil, target?.shape.takesReasoning ?? true else { return }
    texts.append(thought.text, to: thought.member == "reasoning" ? "reasoning" : "reasoning_content")
  }

  // MARK: - Calls

  private func write(legacy call: ToolCall, to json: inout JSONWriter) {
    json.name("function_call")
    json.object { json in
      json.member("name", call.name)
      json.member("arguments", call.arguments)
    }
  }

  private func write(_ part: Part, to json: inout JSONWriter) {
    switch part {
    case .toolCall(let call):
      json.object { json in
        json.member("id", call.id)
        call.writeChatBody(to: &json)
        // What a provider added to a call nobody else takes, and nothing tells who that was.
        if target == nil { json.members(call.extras.without(ToolCall.extraContent)) }
        guard takesSignature(of: call) else { return }
        // Whose it is only the queue has to know.
        let content = ToolCall.extraContent(
          call.signature, of: target == nil ? call.maker : nil, beside: call.extras[ToolCall.extraContent])
        if let content { json.member("extra_content", json: content) }
      }
    case .opaque(let opaque): json.write(.object(opaque.members))
    default: break
    }
  }

  private func takesSignature(of call: ToolCall) -> Bool {
    guard let target else { return true }
    return target.shape.takesSignatures
      && call.maker?.isProvider(target.provider, speaking: .gemini) ?? true
  }

  /// A sound that was heard before is named by its id, which its maker alone knows.
  private func write(_ audio: AudioPart, to json: inout JSONWriter) {
    guard let target else { return json.member("audio", json: .object(audio.chatForm)) }
    guard let id = audio.id, target.shape.keepsAudio else { return }
    json.name("audio")
    json.object { $0.member("id", id) }
  }
}

extension ToolCall {
  /// `type` and the member of that name.
  func writeChatBody(to json: inout JSONWriter) {
    if kind == .custom {
      json.member("type", "custom")
      json.name("custom")
      json.object { json in
        json.member("name", name)
        json.member("input", arguments)
      }
    } else {
      json.member("type", "function")
      json.name("function")
      json.object { json in
        json.member("name", name)
        json.member("arguments", arguments)
      }
    }
  }
}

extension Part {
  /// Whether it stands in the `content` of a model's message, and not beside it. A part that nobody here knows its provider
  /// added, and nobody else takes it: only the queue keeps one of which nothing tells who that was.
  fileprivate func isChatContent(for target: RequestTarget?) -> Bool {
    switch self {
    case .text, .document: true
    case .opaque(let part):
      part.name.isEmpty && part.dialect == .chat
        && (target.map { part.maker?.isProvider($0.provider, speaking: .chat) ?? false } ?? true)
    case .audio, .image, .refusal, .thought, .toolCall, .toolResult, .citation: false
    }
  }

  /// One of a model's without what its provider added to it.
  fileprivate var withWishes: Part {
    switch self {
    case .text(var part):
      if part.extras.isEmpty { return self }
      part.extras = part.extras.wishes
      return .text(part)
    case .document(var document):
      document.extras = document.extras.wishes
      return .document(document)
    default: return self
    }
  }

  fileprivate var chatContent: JSONValue {
    switch self {
    case .text(let part):
      var form: JSONObject = ["type": "text", "text": .string(part.text)]
      for (name, value) in part.extras { form[name] = value }
      return .object(form)
    case .image(let image): return image.chatForm
    case .audio(let audio):
      var form: JSONObject = ["type": "input_audio"]
      form["input_audio"] = [
        "data": .string(audio.data), "format": audio.format.map(JSONValue.string) ?? .null,
      ]
      for (name, value) in audio.extras { form[name] = value }
      return .object(form)
    case .document(let document): return document.chatForm
    case .refusal(let text): return ["type": "refusal", "refusal": .string(text)]
    case .opaque(let part): return .object(part.members)
    case .thought, .toolCall, .toolResult, .citation: return ["type": "text", "text": ""]
    }
  }
}

extension JSONObject {
  /// What a client wishes of a part of a model's beside OpenAI's own members: how far a prompt is cached.
  fileprivate var wishes: JSONObject { isEmpty ? self : filter { $0.key == "cache_control" } }
}

extension ImagePart {
  var chatForm: JSONValue {
    var image: JSONObject = ["url": .string(source)]
    if let detail { image["detail"] = .string(detail) }
    for (name, value) in extras["image_url"]?.object ?? [:] { image[name] = value }
    var form: JSONObject = ["type": "image_url", "image_url": .object(image)]
    for (name, value) in extras where name != "image_url" { form[name] = value }
    return .object(form)
  }
}

extension DocumentPart {
  fileprivate var chatForm: JSONValue {
    var file: JSONObject = [:]
    if let source { file["file_data"] = .string(source) }
    if let id { file["file_id"] = .string(id) }
    if let name { file["filename"] = .string(name) }
    for (name, value) in extras["file"]?.object ?? [:] { file[name] = value }
    var form: JSONObject = ["type": "file", "file": .object(file)]
    for (name, value) in extras where name != "file" { form[name] = value }
    return .object(form)
  }
}

extension AudioPart {
  /// OpenAI's `message.audio`.
  var chatForm: JSONObject {
    var form: JSONObject = [:]
    if let id { form["id"] = .string(id) }
    if !data.isEmpty { form["data"] = .string(data) }
    if let transcript { form["transcript"] = .string(transcript) }
    for (name, value) in extras { form[name] = value }
    return form
  }
}
