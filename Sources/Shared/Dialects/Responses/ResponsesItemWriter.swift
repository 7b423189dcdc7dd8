import FoundationEssentials
import OrderedCollections

/// Writes turns as the `input` of a request to a provider that speaks Responses.
struct ResponsesItemWriter {
  /// The provider's name: of its own thoughts it wants all back.
  let maker: String
  /// Whether the conversation was asked in Responses' form, so that its extras are words of this one.
  let takesExtras: Bool
  private(set) var items: [JSONValue] = []
  /// The calls of custom tools, by their ids.
  private var customCalls: Set<String> = []

  init(maker: String, takesExtras: Bool) {
    self.maker = maker
    self.takesExtras = takesExtras
  }

  mutating func write(_ turn: Turn) throws(Untranslatable) {
    switch turn.role {
    case .assistant: writeAnswer(turn)
    case .tool: for case .toolResult(let result) in turn.parts { try write(result) }
    case .user, .system, .developer:
      // An item that stands where a message may.
      if turn.parts.count == 1, case .opaque(let part) = turn.parts[0], part.isResponsesItem {
        return items.append(.object(part.members))
      }
      var item: JSONObject = ["type": "message", "role": .string(turn.role.rawValue)]
      item["content"] = .array(try content(turn.parts))
      if takesExtras { item.addMissing(of: turn.extras) }
      items.append(.object(item))
    }
  }

  // MARK: - What a model said

  /// Thoughts go back to their maker, and only before what they led to: one that nothing follows is refused. So is an
  /// item without anything in it.
  private mutating func writeAnswer(_ turn: Turn) {
    var thoughts: [JSONValue] = []
    let before = items.count
    defer { if items.count == before, let text = turn.standIn { items.append(Self.said(text)) } }
    let parts = turn.parts.compactMap { part in takesExtras ? part : part.withoutExtras }
    for item in ResponsesOutput.items(of: parts.filter(isTold)) {
      switch item.kind {
      case .reasoning: if let thought = told(item) { thoughts.append(.object(thought)) }
      case .message where item.contents.allSatisfy(\.isBlank): continue
      case .image: continue
      case .message, .call, .opaque:
        if case .call(let call) = item.kind, call.kind == .custom { customCalls.insert(call.id) }
        items += thoughts
        thoughts = []
        items.append(.object(item.json(id: nil, encrypted: nil)))
      }
    }
  }

  private static func said(_ text: String) -> JSONValue {
    ["type": "message", "role": "assistant", "content": [["type": "output_text", "text": .string(text)]]]
  }

  /// A model's own pictures, sounds and sources are no input, and another's thoughts are nobody's.
  private func isTold(_ part: Part) -> Bool {
    switch part {
    case .thought(let thought):
      thought.maker?.isProvider(maker, speaking: .responses) ?? (thought.member == "content")
    case .opaque(let part):
      part.dialect == .responses && part.maker?.isProvider(maker, speaking: .responses) ?? true
    case .image, .audio, .document, .citation, .toolResult: false
    case .text, .refusal, .toolCall: true
    }
  }

  /// One that is not sealed can be read by a model that thinks in the open, and by no other.
  private func told(_ item: ResponsesItem) -> JSONObject? {
    var sealed: String?
    if case .thought(let thought) = item.sealed { sealed = thought.sealed }
    guard sealed != nil || item.contents.contains(where: { $0.kind == .reasoning }) else { return nil }
    return item.json(id: nil, encrypted: sealed)
  }

  // MARK: - Results

  private mutating func write(_ result: ToolResult) throws(Untranslatable) {
    let isCustom = customCalls.contains(result.callID)
    var item: JSONObject = [
      "type": isCustom ? "custom_tool_call_output" : "function_call_output",
      "call_id": .string(result.callID),
    ]
    // A text is written as such: that is what most send.
    if result.parts.allSatisfy({ $0.text != nil && !$0.hasExtras }) {
      item["output"] = .string(result.parts.map { $0.text ?? "" }.joined(separator: "\n"))
    } else {
      item["output"] = .array(try content(result.parts))
    }
    if takesExtras { item.addMissing(of: result.extras) }
    items.append(.object(item))
  }

  // MARK: - Content

  private func content(_ parts: [Part]) throws(Untranslatable) -> [JSONValue] {
    var written: [JSONValue] = []
    for (index, part) in parts.enumerated() {
      do throws(Untranslatable) { if let part = try content(part) { written.append(part) } } catch {
        throw error.at("content[\(index)]")
      }
    }
    return written
  }

  private func content(_ part: Part) throws(Untranslatable) -> JSONValue? {
    switch part {
    case .text(let text): return form(["type": "input_text", "text": .string(text.text)], text.extras)
    case .refusal(let text): return ["type": "input_text", "text": .string(text)]
    case .image(let image):
      var members: JSONObject = ["type": "input_image", "detail": .string(image.detail ?? "auto")]
      if let id = image.id {
        members["file_id"] = .string(id)
      } else {
        members["image_url"] = .string(image.source)
      }
      return form(members, image.extras)
    case .document(let document): return form(document.responsesForm, document.extras)
    case .audio(let audio):
      let sound: JSONObject = [
        "data": .string(audio.data), "format": audio.format.map(JSONValue.string) ?? .null,
      ]
      return form(["type": "input_audio", "input_audio": .object(sound)], audio.extras)
    case .opaque(let opaque):
      if opaque.dialect == .responses { return .object(opaque.members) }
      if opaque.maker != nil || !opaque.name.isEmpty { return nil }
      throw .missing("`\(opaque.members["type"]?.string ?? "")` parts", in: ResponsesDialect.provider)
    case .thought, .toolCall, .toolResult, .citation: return nil
    }
  }

  private func form(_ members: JSONObject, _ extras: JSONObject) -> JSONValue {
    guard takesExtras, !extras.isEmpty else { return .object(members) }
    var members = members
    members.replace(by: extras)
    return .object(members)
  }
}

extension DocumentPart {
  fileprivate var responsesForm: JSONObject {
    var members: JSONObject = ["type": "input_file"]
    if let text {
      members["file_data"] = .string("data:text/plain;base64,\(Data(text.utf8).base64EncodedString())")
    } else if let source {
      let isAddress = ["https://", "http://"].contains { source.lowercased().hasPrefix($0) }
      members[isAddress ? "file_url" : "file_data"] = .string(source)
    }
    if let id { members["file_id"] = .string(id) }
    // It is required beside the data.
    if let name = name ?? (members["file_data"] == nil ? nil : text == nil ? "file.pdf" : "file.txt") {
      members["filename"] = .string(name)
    }
    return members
  }
}

extension OpaquePart {
  /// Whether it is an item of its own, and not a part of a message.
  fileprivate var isResponsesItem: Bool { dialect == .responses && name.isEmpty }
}

extension Part {
  fileprivate var hasExtras: Bool {
    if case .text(let part) = self { !part.extras.isEmpty } else { false }
  }

  /// Without words of another dialect.
  fileprivate var withoutExtras: Part {
    switch self {
    case .text(let part): return .text(part.text)
    case .toolCall(var call):
      call.extras = [:]
      return .toolCall(call)
    default: return self
    }
  }
}

extension ResponsesItem.Content {
  fileprivate var isBlank: Bool { text.isEmpty && kind != .opaque }
}
