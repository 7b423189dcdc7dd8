import OrderedCollections

/// Anthropic's content blocks (https://platform.claude.com/docs/en/api/messages/create).
struct MessagesPartWriter: PartWriter {
  /// The name of the provider that is asked: of its own thoughts it wants all back.
  let maker: String
  /// Whether the conversation's extras are words that Anthropic's parts know, too.
  let takesExtras: Bool
  /// Whether they are words of Anthropic's itself, which go as they came.
  var isOwn = false

  var provider: String { MessagesDialect.provider }

  /// Anthropic refuses a blank text.
  var opening: JSONValue { ["type": "text", "text": "."] }

  /// Anthropic refuses texts that are empty or blank with 400. `cache_control` is its mark of how far a prompt shall be
  /// cached, as OpenRouter lets it stand in parts.
  func text(_ part: TextPart) -> JSONValue? {
    if part.text.allSatisfy(\.isWhitespace) { return nil }
    return .object(marked(["type": "text", "text": .string(part.text)], part.extras))
  }

  private func marked(_ block: JSONObject, _ extras: JSONObject) -> JSONObject {
    if isOwn { return block.merging(extras) { ours, _ in ours } }
    guard takesExtras, let control = extras["cache_control"] else { return block }
    var block = block
    block["cache_control"] = control
    return block
  }

  func thought(_ thought: Thought) -> JSONValue? {
    guard let maker = thought.maker, maker.isProvider(self.maker, speaking: .messages) else { return nil }
    let extras = isOwn ? thought.extras : [:]
    if let sealed = thought.sealed {
      return .object(marked(["type": "redacted_thinking", "data": .string(sealed)], extras))
    }
    // It refuses one that is not signed.
    guard let signature = thought.signature else { return nil }
    return .object(
      marked(
        ["type": "thinking", "thinking": .string(thought.text), "signature": .string(signature)], extras))
  }

  func opaque(_ part: OpaquePart) throws(Untranslatable) -> JSONValue? {
    if let maker = part.maker {
      return maker.isProvider(self.maker, speaking: .messages) ? .object(part.members) : nil
    }
    guard part.name.isEmpty else { return nil }
    if part.dialect == .messages { return .object(part.members) }
    throw .missing("`\(part.members["type"]?.string ?? "")` parts", in: provider)
  }

  // MARK: - Images and files

  func image(_ image: ImagePart) throws(Untranslatable) -> JSONValue {
    if isOwn, let id = image.id {
      return .object(
        marked(["type": "image", "source": ["type": "file", "file_id": .string(id)]], image.extras))
    }
    return .object(marked(["type": "image", "source": try Self.source(of: image.source)], image.extras))
  }

  private static func source(of url: String) throws(Untranslatable) -> JSONValue {
    if DataURL.isOne(url) {
      let content = try DataURL(url)
      guard ImageKind(rawValue: content.mediaType) != nil else {
        throw Untranslatable(
          "Anthropic takes images of the kinds JPEG, PNG, GIF and WebP, not \(content.mediaType).")
      }
      return source(content)
    }
    guard url.lowercased().hasPrefix("https://") else {
      throw Untranslatable("Anthropic takes an image as a data: URL or at an https address.")
    }
    return ["type": "url", "url": .string(url)]
  }

  func audio(_ audio: AudioPart) throws(Untranslatable) -> JSONValue {
    throw .missing("`input_audio` parts", in: provider)
  }

  func document(_ document: DocumentPart) throws(Untranslatable) -> JSONValue {
    if isOwn { return own(document) }
    guard let url = document.source, DataURL.isOne(url) else {
      throw Untranslatable("Anthropic takes a file as `file_data` with a data: URL, and not by its id.")
    }
    let content = try DataURL(url)
    guard content.mediaType == "application/pdf" else {
      throw Untranslatable("Anthropic takes PDF files, not \(content.mediaType).")
    }
    var block: JSONObject = ["type": "document", "source": Self.source(content)]
    if let name = document.name, !name.isEmpty { block["title"] = .string(name) }
    return .object(marked(block, document.extras))
  }

  /// A document of one of Anthropic's clients, as it came.
  private func own(_ document: DocumentPart) -> JSONValue {
    if let block = document.extras["block"] { return block }
    var source: JSONValue = [
      "type": "text", "media_type": "text/plain", "data": .string(document.text ?? ""),
    ]
    if let id = document.id { source = ["type": "file", "file_id": .string(id)] }
    if let url = document.source {
      source = (try? DataURL(url)).map(Self.source) ?? ["type": "url", "url": .string(url)]
    }
    var block: JSONObject = ["type": "document", "source": document.extras["source"] ?? source]
    if let name = document.name { block["title"] = .string(name) }
    return .object(marked(block, document.extras))
  }

  private static func source(_ content: DataURL) -> JSONValue {
    ["type": "base64", "media_type": .string(content.mediaType), "data": .string(content.base64)]
  }

  // MARK: - Calls and their results

  func call(
    _ call: ToolCall, arguments: JSONObject, position: Int
  ) throws(Untranslatable) -> JSONValue {
    .object(
      marked(
        [
          "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
          "input": .object(arguments),
        ], call.extras))
  }

  func result(_ result: ToolResult, of call: ToolCall) throws(Untranslatable) -> JSONValue {
    for part in result.parts where !isOwn {
      switch part {
      case .text, .image, .refusal: continue
      default:
        throw Untranslatable("Anthropic takes nothing but text and images as the result of a function.")
      }
    }
    var block: JSONObject = ["type": "tool_result", "tool_use_id": .string(call.id)]
    let parts = try parts(of: result.parts)
    // A function may return nothing.
    if !parts.isEmpty { block["content"] = .array(parts) }
    if result.isError { block["is_error"] = true }
    return .object(isOwn ? marked(block, result.extras) : block)
  }
}
