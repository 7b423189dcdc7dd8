import OrderedCollections

/// Reads answers of Gemini, whole and in pieces: each is a response object with what is new
/// (https://ai.google.dev/api/generate-content#GenerateContentResponse).
struct GeminiAnswerReader: Sendable {
  private let maker: Maker
  private var parts = 0
  /// The part that the next piece of its kind goes on with.
  private var last: Last?
  private var saidAnything = false
  private var toldSources: Set<JSONValue> = []
  /// Sources are told behind all that they may be of, and so at the same place however the answer is cut.
  private var sources: [Citation] = []
  /// Whether anything that came was an answer in Gemini's form.
  private(set) var isAnswer = false
  private(set) var hasCalls = false
  private(set) var hasFinished = false
  /// A word for the end of an answer that Sluice does not know.
  private(set) var unknownFinishReason: String?
  private var brokenWord: String?
  /// Whether what is not ours is told, too: its client asked in this form.
  private let keepsMembers: Bool
  /// Of the candidate, what is not ours.
  private var members: JSONObject = [:]

  private enum Last: Sendable {
    case text(Int)
    case thought(Int)
  }

  /// `provider` is the provider's name.
  init(maker provider: String, keepsMembers: Bool = false) {
    maker = Maker(provider: provider, dialect: .gemini)
    self.keepsMembers = keepsMembers
  }

  mutating func read(_ value: JSONValue) throws(ProviderFault) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    if let usage = value["usageMetadata"], !usage.isNull { events.append(.usage(TokenUsage(gemini: usage))) }
    if let candidate = value["candidates"]?[0] {
      isAnswer = true
      let content = candidate["content"]
      for part in EvidentForm.parts(content?.string == nil ? content?["parts"] : content, { ["text": $0] }) {
        read(part, &events)
      }
      readSources(candidate["groundingMetadata"])
      finish(candidate["finishReason"]?.string, &events)
      if hasFinished { tellSources(&events) }
    } else if value["promptFeedback"]?["blockReason"]?.string != nil {
      isAnswer = true
      hasFinished = true
      events.append(.finish(.contentFilter, choice: 0))
    } else if value["usageMetadata"] != nil || value["candidates"] != nil || value["promptFeedback"] != nil {
      isAnswer = true
    }
    if keepsMembers { readMembers(value, &events) }
    return events
  }

  /// Later values take the place of earlier ones.
  private mutating func readMembers(_ value: JSONValue, _ events: inout [AnswerEvent]) {
    var told = JSONObject()
    for (name, value) in value.object ?? [:] where !value.isNull {
      switch name {
      // Ids and the model's name are ours.
      case "candidates", "responseId", "modelVersion", "createTime": break
      default: told[name] = value
      }
    }
    for (name, value) in value["candidates"]?[0]?.object ?? [:] where !value.isNull {
      switch name {
      case "content", "finishReason", "index": break
      default: members[name] = value
      }
    }
    if !members.isEmpty { told[Self.candidate] = .object(members) }
    if !told.isEmpty { events.append(.extras(told, .gemini)) }
  }

  /// Under which a candidate's members stand among an answer's.
  static let candidate = "candidate"

  /// Of an answer that Gemini calls broken, with nothing in it. It is the model's fault: no circuit counts it.
  var broken: ProviderFault? {
    guard let brokenWord, !saidAnything else { return nil }
    return .brokenAnswer("\(brokenWord.lowercased().replacing("_", with: " "))")
  }

  // MARK: - Parts

  private mutating func read(_ json: JSONValue, _ events: inout [AnswerEvent]) {
    guard case .object(let members) = json else { return }
    let signature = members["thoughtSignature"]?.string
    if let call = members["functionCall"], let name = call["name"]?.string {
      hasCalls = true
      begin(.toolCall(toolCall(call, name, signature)), &events)
    } else if let text = members["text"]?.string {
      read(text, isThought: members["thought"]?.bool == true, signature, &events)
    } else if let blob = members["inlineData"] ?? members["inline_data"], let data = blob["data"]?.string {
      // A draft among the thoughts is no picture of the answer.
      guard keepsMembers || members["thought"]?.bool != true else { return }
      var part = Self.part(of: data, type: blob["mimeType"]?.string ?? blob["mime_type"]?.string ?? "")
      part.setGemini(own(of: members, in: blob))
      begin(part, &events)
    } else if let file = members["fileData"], let address = file["fileUri"]?.string {
      let isImage = file["mimeType"]?.string?.hasPrefix("image/") ?? false
      var part: Part =
        isImage ? .image(ImagePart(source: address)) : .document(DocumentPart(source: address))
      part.setGemini(own(of: members, in: file))
      begin(part, &events)
    } else if members.contains(where: { $0.key != "thoughtSignature" && $0.key != "thought" }) {
      begin(.opaque(OpaquePart(name: "", members: members, dialect: .gemini, maker: maker)), &events)
    } else if let signature {
      begin(.thought(Thought("", signature: signature, maker: maker)), &events)
    }
  }

  /// What a file's part has besides, where the client knows it: its signature, whether it is a draft, what it is called.
  private func own(of members: JSONObject, in file: JSONValue) -> JSONObject {
    guard keepsMembers else { return [:] }
    var own = members.without("inlineData", "inline_data", "fileData")
    if members["inlineData"] == nil, let type = file["mimeType"] { own["mimeType"] = type }
    if let name = file["displayName"] { own["displayName"] = name }
    return own
  }

  private mutating func begin(_ part: Part, _ events: inout [AnswerEvent]) {
    saidAnything = true
    last = nil
    events.append(.part(part, at: parts, choice: 0))
    parts += 1
  }

  /// A signature of a text goes behind it as a thought of its own, without a text.
  private mutating func read(
    _ text: String, isThought: Bool, _ signature: String?, _ events: inout [AnswerEvent]
  ) {
    if isThought {
      guard !text.isEmpty || signature != nil else { return }
      grow(.thought(Thought(text, signature: signature, maker: maker)), isThought: true, &events)
      // A signature ends its thought: two of them joined would be none.
      if signature != nil { last = nil }
      return
    }
    if !text.isEmpty { grow(.text(text), isThought: false, &events) }
    if let signature { begin(.thought(Thought("", signature: signature, maker: maker)), &events) }
  }

  private mutating func grow(_ piece: Part, isThought: Bool, _ events: inout [AnswerEvent]) {
    switch (last, isThought) {
    case (.text(let part), false), (.thought(let part), true):
      events.append(.part(piece, at: part, choice: 0))
    default:
      let part = parts
      begin(piece, &events)
      last = isThought ? .thought(part) : .text(part)
    }
  }

  /// Models before Gemini 3 give their calls no ids.
  private func toolCall(_ call: JSONValue, _ name: String, _ signature: String?) -> ToolCall {
    let id = call["id"]?.string ?? ""
    return ToolCall(
      id: id.isEmpty ? ToolCallID.new() : id, name: name,
      arguments: EvidentForm.object(call["args"]),
      signature: signature, maker: signature == nil ? nil : maker)
  }

  private static func part(of data: String, type: String) -> Part {
    let source = "data:\(type.isEmpty ? "application/octet-stream" : type);base64,\(data)"
    if type.hasPrefix("image/") { return .image(ImagePart(source: source)) }
    if type.hasPrefix("audio/") { return .audio(AudioPart(data: data, format: String(type.dropFirst(6)))) }
    return .document(DocumentPart(source: source))
  }

  /// The pages that a search of Gemini's own found.
  private mutating func readSources(_ metadata: JSONValue?) {
    for chunk in metadata?["groundingChunks"]?.array ?? [] {
      guard case .object(let web)? = chunk["web"], toldSources.insert(chunk).inserted else { continue }
      saidAnything = true
      sources.append(
        Citation(
          url: web["uri"]?.string, title: web["title"]?.string, members: chunk.object ?? [:], dialect: .gemini
        ))
    }
  }

  /// What is told at the end of the answer.
  mutating func tellSources(_ events: inout [AnswerEvent]) {
    for source in sources { begin(.citation(source), &events) }
    sources = []
  }

  // MARK: - End

  private static let filters: Set<String> = [
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION", "MODEL_ARMOR",
  ]
  /// Which are no answer where there is nothing in it.
  private static let broken: Set<String> = [
    "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
  ]

  /// Gemini stops at a call as it does at an end. (https://ai.google.dev/api/generate-content#FinishReason)
  private mutating func finish(_ word: String?, _ events: inout [AnswerEvent]) {
    guard let word, !word.isEmpty, word != "FINISH_REASON_UNSPECIFIED" else { return }
    let reason: FinishReason
    switch word {
    case "STOP", "OTHER", "LANGUAGE", "NO_IMAGE", "IMAGE_OTHER", "CONTINUATION": reason = .stop
    case "MAX_TOKENS": reason = .length
    case _ where Self.filters.contains(word): reason = .contentFilter
    case _ where Self.broken.contains(word):
      brokenWord = word
      reason = .stop
    default:
      unknownFinishReason = word
      reason = .stop
    }
    hasFinished = true
    events.append(.finish(reason == .stop && hasCalls ? .toolCalls : reason, choice: 0))
  }
}
