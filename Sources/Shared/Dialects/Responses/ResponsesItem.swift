import OrderedCollections

/// One item of an output, while it is made and whole.
struct ResponsesItem: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case message
    case reasoning
    /// Of a function, or of a custom tool.
    case call(ToolCall)
    case image(ImagePart)
    /// An item that only OpenAI's tools make.
    case opaque(JSONObject)
  }

  /// A part of a message or of a reasoning item.
  struct Content: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
      case text
      case refusal
      case summary
      case reasoning
      /// One that only OpenAI knows.
      case opaque
    }

    let kind: Kind
    var text = ""
    var annotations: [JSONValue] = []
    var logprobs: [JSONValue] = []
    /// Members that only Responses knows.
    var members: JSONObject = [:]
  }

  enum Status: String, Sendable {
    case inProgress = "in_progress"
    case completed
    case incomplete
  }

  var kind: Kind
  var contents: [Content] = []
  /// Members of the item that only Responses knows, such as `phase`.
  var members: JSONObject = [:]
  /// Whether the item was one of Responses' before it was parts.
  var isResponses = false
  /// What its maker wants back: of a thought all but its text.
  var sealed: Part?
  /// What the last of its thoughts was; nil in an item that has none.
  var thoughts: Content.Kind?
  /// Whether the call stands for a custom tool, so that its input has to be taken out of its arguments.
  var isInputWrapped = false
  var isDone = false
  /// It broke off.
  var isCut = false

  init(_ kind: Kind) { self.kind = kind }

  var status: Status { isCut ? .incomplete : isDone ? .completed : .inProgress }

  // MARK: - In JSON

  /// `id` is nil where it is no one's to know, as at a provider.
  func json(id: String?, encrypted: String?) -> JSONObject {
    switch kind {
    case .message:
      var json = head("message", id)
      json["role"] = "assistant"
      json["content"] = .array(contents.map { .object($0.json) })
      return json
    case .reasoning:
      var json = head("reasoning", id, hasStatus: false)
      json["summary"] = .array(contents.filter { $0.kind == .summary }.map { .object($0.json) })
      let texts = contents.filter { $0.kind != .summary }
      if !texts.isEmpty { json["content"] = .array(texts.map { .object($0.json) }) }
      json["encrypted_content"] = encrypted.map(JSONValue.string) ?? (id == nil ? nil : .null)
      return json
    case .call(let call):
      let isCustom = call.kind == .custom
      var json = head(isCustom ? "custom_tool_call" : "function_call", id)
      json["call_id"] = .string(call.id)
      json["name"] = .string(call.name)
      if let namespace = call.namespace { json["namespace"] = .string(namespace) }
      json[isCustom ? "input" : "arguments"] = .string(call.arguments)
      return json
    case .image(let image):
      var json = head("image_generation_call", id)
      json["result"] = .string((try? DataURL(image.source))?.base64 ?? image.source)
      return json
    case .opaque(var json):
      if json["id"] == nil, let id { json["id"] = .string(id) }
      return json
    }
  }

  private func head(_ type: String, _ id: String?, hasStatus: Bool = true) -> JSONObject {
    var json: JSONObject = [:]
    if let id { json["id"] = .string(id) }
    json["type"] = .string(type)
    if hasStatus, id != nil { json["status"] = .string(status.rawValue) }
    for (name, value) in members where json[name] == nil { json[name] = value }
    return json
  }

  /// As it is when it begins: with nothing in it yet.
  func beginning(id: String) -> JSONObject {
    var item = self
    item.contents = []
    item.isDone = false
    item.isCut = false
    if case .call(var call) = kind {
      call.arguments = ""
      item.kind = .call(call)
    }
    var json = item.json(id: id, encrypted: nil)
    if case .image = kind { json["result"] = .null }
    return json
  }

  /// What the id of such an item begins with.
  var idPrefix: String {
    switch kind {
    case .message: "msg"
    case .reasoning: "rs"
    case .call(let call): call.kind == .custom ? "ctc" : "fc"
    case .image: "ig"
    case .opaque(let json): json["type"]?.string?.hasSuffix("_call") == true ? "tc" : "item"
    }
  }
}

extension ResponsesItem.Content {
  var json: JSONObject {
    switch kind {
    case .text:
      var json: JSONObject = [
        "type": "output_text", "text": .string(text), "annotations": .array(annotations),
        "logprobs": .array(logprobs),
      ]
      for (name, value) in members { json[name] = value }
      return json
    case .refusal: return ["type": "refusal", "refusal": .string(text)]
    case .summary: return ["type": "summary_text", "text": .string(text)]
    case .reasoning: return ["type": "reasoning_text", "text": .string(text)]
    case .opaque: return members
    }
  }

  /// As it is when it begins.
  var beginning: JSONObject {
    if kind == .opaque { return members }
    var content = self
    content.text = ""
    content.annotations = []
    content.logprobs = []
    return content.json
  }
}
