import Shared

/// Anthropic's content blocks (https://platform.claude.com/docs/en/api/messages/create).
struct AnthropicPartWriter: PartWriter {
  var provider: String { AnthropicDialect.provider }

  /// Anthropic refuses a blank text.
  var opening: JSONValue { ["type": "text", "text": "."] }

  /// Anthropic refuses texts that are empty or blank with 400.
  func text(_ text: String, cacheControl: JSONValue?) -> JSONValue? {
    if text.allSatisfy(\.isWhitespace) { return nil }
    var block: JSONObject = ["type": "text", "text": .string(text)]
    if let cacheControl { block["cache_control"] = cacheControl }
    return .object(block)
  }

  // MARK: - Images and files

  private static let imageTypes: Set<String> = ["image/jpeg", "image/png", "image/gif", "image/webp"]

  func image(_ url: String) throws(Untranslatable) -> JSONValue {
    if DataURL.isOne(url) {
      let content = try DataURL(url)
      guard Self.imageTypes.contains(content.mediaType) else {
        throw Untranslatable(
          "Anthropic takes images of the kinds JPEG, PNG, GIF and WebP, not \(content.mediaType).")
      }
      return ["type": "image", "source": Self.source(content)]
    }
    guard url.lowercased().hasPrefix("https://") else {
      throw Untranslatable("Anthropic takes an image as a data: URL or at an https address.")
    }
    return ["type": "image", "source": ["type": "url", "url": .string(url)]]
  }

  func part(_ json: JSONValue, kind: String) throws(Untranslatable) -> JSONValue {
    guard kind == "file" else { throw .missing("`\(kind)` parts", in: provider) }
    guard let url = json["file"]?["file_data"]?.string, DataURL.isOne(url) else {
      throw Untranslatable("Anthropic takes a file as `file_data` with a data: URL, and not by its id.")
    }
    let content = try DataURL(url)
    guard content.mediaType == "application/pdf" else {
      throw Untranslatable("Anthropic takes PDF files, not \(content.mediaType).")
    }
    var block: JSONObject = ["type": "document", "source": Self.source(content)]
    if let name = json["file"]?["filename"]?.string, !name.isEmpty { block["title"] = .string(name) }
    return .object(block)
  }

  private static func source(_ content: DataURL) -> JSONValue {
    ["type": "base64", "media_type": .string(content.mediaType), "data": .string(content.base64)]
  }

  // MARK: - Calls and their results

  func call(
    _ call: ToolCall, arguments: JSONObject, position: Int
  ) throws(Untranslatable) -> JSONValue {
    [
      "type": "tool_use", "id": .string(try Self.id(of: call)), "name": .string(call.name),
      "input": .object(arguments),
    ]
  }

  func result(of call: ToolCall, _ content: MessageContent) throws(Untranslatable) -> JSONValue {
    if case .parts(let parts) = content {
      for case .other(let json) in parts where json["type"]?.string != "text" {
        throw Untranslatable("Anthropic takes nothing but text and images as the result of a function.")
      }
    }
    var block: JSONObject = ["type": "tool_result", "tool_use_id": .string(try Self.id(of: call))]
    let parts = try parts(of: content)
    // A function may return nothing.
    if !parts.isEmpty { block["content"] = .array(parts) }
    return .object(block)
  }

  /// Anthropic takes letters, digits, `_` and `-` only. Other providers' ids may have more, such as Kimi's
  /// `functions.find:0`; a call and its result get the same one here.
  private static func id(of call: ToolCall) throws(Untranslatable) -> String {
    guard !call.id.isEmpty else { throw Untranslatable("a tool call should have an `id`.") }
    return String(
      call.id.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-")
          ? Character(scalar) : "_"
      })
  }
}
