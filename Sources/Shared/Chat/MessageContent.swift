/// What a message says.
public enum MessageContent: Sendable, Hashable {
  case text(String)
  case parts([ContentPart])
  /// Nothing, as beside an assistant's tool calls.
  case none

  /// All text, parts joined as they come.
  public var text: String {
    switch self {
    case .text(let text): text
    case .parts(let parts): parts.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    case .none: ""
    }
  }

  /// A rough size in bytes, images included.
  var size: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .parts(let parts): parts.reduce(0) { $0 + $1.size }
    case .none: 0
    }
  }

  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .parts(let parts): .array(parts.map(\.json))
    case .none: .null
    }
  }

  /// Reads what ``json`` writes; nil for anything else.
  init?(_ json: JSONValue?) {
    switch json {
    case nil, .null: self = .none
    case .string(let text): self = .text(text)
    case .array(let parts): self = .parts(parts.map(ContentPart.init))
    default: return nil
    }
  }
}

/// One part of a message.
public enum ContentPart: Sendable, Hashable {
  case text(String)
  /// `url` is an address, or a `data:` URL with the image in it. `detail` is OpenAI's `low`, `high`, `auto`.
  case image(url: String, detail: String?)
  /// Any other kind, as it came: `input_audio`, `file`, `refusal`…
  case other(JSONValue)

  /// Reads a part in OpenAI's form.
  public init(_ json: JSONValue) {
    switch json["type"]?.string {
    case "text":
      if let text = json["text"]?.string, json.object?.count == 2 {
        self = .text(text)
        return
      }
    case "image_url":
      if let url = json["image_url"]?["url"]?.string {
        self = .image(url: url, detail: json["image_url"]?["detail"]?.string)
        return
      }
    default: break
    }
    self = .other(json)
  }

  public var json: JSONValue {
    switch self {
    case .text(let text): return ["type": "text", "text": .string(text)]
    case .image(let url, let detail):
      var image: JSONObject = ["url": .string(url)]
      if let detail { image["detail"] = .string(detail) }
      return ["type": "image_url", "image_url": .object(image)]
    case .other(let json): return json
    }
  }

  var size: Int {
    switch self {
    case .text(let text): text.utf8.count
    // About what an image costs in tokens, four bytes each, whatever its own size.
    case .image: 4000
    case .other(let json): json.serialized().readableBytes
    }
  }
}
