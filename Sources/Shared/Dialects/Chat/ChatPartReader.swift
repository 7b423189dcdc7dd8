import OrderedCollections

/// Reads the parts of a message in OpenAI's form (https://platform.openai.com/docs/api-reference/chat/create). What has
/// been validated is read; what cannot be read as one of ours is kept as it came.
enum ChatPartReader {
  /// The content of a message: a text, or parts.
  static func content(_ json: JSONValue?) -> [Part] {
    switch json {
    case .string(let text): text.isEmpty ? [] : [.text(text)]
    case .array(let parts): parts.flatMap(parts(of:))
    case .object: json.map(parts(of:)) ?? []
    default: []
    }
  }

  /// One element of an array of content; Mistral's thoughts are several.
  private static func parts(of json: JSONValue) -> [Part] {
    // Some compatible servers have bare texts in the array.
    if case .string(let text) = json { return [.text(text)] }
    guard case .object(let members) = json else { return [] }
    switch members["type"]?.string {
    case "text":
      guard let text = members["text"]?.string else { break }
      return [.text(TextPart(text, extras: members.without("type", "text")))]
    case "image_url": if let image = image(members) { return [.image(image)] }
    case "refusal": if let text = members["refusal"]?.string { return [.refusal(text)] }
    case "input_audio":
      guard let data = members["input_audio"]?["data"]?.string else { break }
      return [
        .audio(
          AudioPart(
            data: data, format: members["input_audio"]?["format"]?.string,
            extras: members.without("type", "input_audio")))
      ]
    case "file": if let document = document(members) { return [.document(document)] }
    case "thinking", "redacted_thinking": return thoughts(members)
    default: break
    }
    return [.opaque(OpaquePart(name: "", members: members, dialect: .chat))]
  }

  /// `{"type": "image_url", "image_url": {"url": …}}`; nil without a URL.
  static func image(_ members: JSONObject) -> ImagePart? {
    guard let image = members["image_url"]?.object, let url = image["url"]?.string else { return nil }
    var extras = members.without("type", "image_url", "index")
    let others = image.without("url", "detail")
    if !others.isEmpty { extras["image_url"] = .object(others) }
    return ImagePart(
      source: DataURL.withRegisteredType(url), detail: image["detail"]?.string, extras: extras)
  }

  private static func document(_ members: JSONObject) -> DocumentPart? {
    guard let file = members["file"]?.object else { return nil }
    var extras = members.without("type", "file")
    let others = file.without("file_data", "file_id", "filename")
    if !others.isEmpty { extras["file"] = .object(others) }
    return DocumentPart(
      source: file["file_data"]?.string, id: file["file_id"]?.string, name: file["filename"]?.string,
      extras: extras)
  }

  /// Anthropic's blocks, as some clients send them back, and Mistral's list of texts.
  static func thoughts(_ members: JSONObject) -> [Part] {
    let maker = Maker(provider: nil, dialect: .messages)
    if let data = members["data"]?.string { return [.thought(Thought("", sealed: data, maker: maker))] }
    switch members["thinking"] {
    case .string(let text):
      return [.thought(Thought(text, signature: members["signature"]?.string, maker: maker))]
    case .array(let pieces):
      let text = pieces.reduce(into: "") { $0 += $1["text"]?.string ?? "" }
      return [.thought(Thought(text, member: "content"))]
    default: return []
    }
  }

  /// A call in OpenAI's form; nil when it is no object.
  static func call(_ json: JSONValue) -> Part? {
    guard case .object(let members) = json else { return nil }
    var call: ToolCall
    if let function = members["function"]?.object, let name = function["name"]?.string {
      call = ToolCall(id: "", name: name, arguments: EvidentForm.arguments(function["arguments"]) ?? "{}")
    } else if let custom = members["custom"]?.object, let name = custom["name"]?.string {
      call = ToolCall(kind: .custom, id: "", name: name, arguments: custom["input"]?.string ?? "")
    } else {
      return .opaque(OpaquePart(name: "tool_calls", members: members, dialect: .chat))
    }
    call.id = members["id"]?.string ?? ""
    call.extras = members.without("id", "type", "function", "custom", "index")
    call.takeSignature()
    return .toolCall(call)
  }
}

extension JSONObject {
  func without(_ names: String...) -> JSONObject {
    // Most have nothing else.
    guard contains(where: { !names.contains($0.key) }) else { return [:] }
    return filter { !names.contains($0.key) && !$0.value.isNull }
  }
}
