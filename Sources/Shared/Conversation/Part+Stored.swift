import OrderedCollections

/// Parts as they are stored with a job's request, its answer and its events: an object whose first member says what it is. No client
/// sees this form.
extension Part {
  func write(to json: inout JSONWriter) {
    json.object { json in
      switch self {
      case .text(let part):
        json.member("text", part.text)
        json.extras(part.extras)
      case .refusal(let text): json.member("refusal", text)
      case .thought(let thought):
        json.member("thought", thought.text)
        json.present("signature", thought.signature)
        json.present("sealed", thought.sealed)
        json.present("member", thought.member)
        json.maker(thought.maker)
        json.extras(thought.extras)
      case .toolCall(let call):
        json.member(call.kind.storedName, call.name)
        json.present("id", call.id.isEmpty ? nil : call.id)
        json.present("namespace", call.namespace)
        json.member("arguments", call.arguments)
        json.present("signature", call.signature)
        json.maker(call.maker)
        json.extras(call.extras)
      case .toolResult(let result):
        json.member("result", result.callID)
        json.name("parts")
        json.array { for part in result.parts { part.write(to: &$0) } }
        if result.isError { json.member("is_error", json: true) }
        json.extras(result.extras)
      case .image(let image):
        json.member("image", image.source)
        json.present("id", image.id)
        json.present("detail", image.detail)
        json.extras(image.extras)
      case .audio(let audio):
        json.member("audio", audio.data)
        json.present("id", audio.id)
        json.present("format", audio.format)
        json.present("transcript", audio.transcript)
        json.extras(audio.extras)
      case .document(let document):
        json.member("document", document.source)
        json.present("id", document.id)
        json.present("name", document.name)
        json.present("text", document.text)
        json.extras(document.extras)
      case .citation(let citation):
        json.member("citation", citation.url)
        json.present("title", citation.title)
        json.member("dialect", citation.dialect.rawValue)
        json.extras(citation.members)
      case .opaque(let part):
        json.member("opaque", part.name)
        json.member("dialect", part.dialect.rawValue)
        json.maker(part.maker)
        json.extras(part.members)
      }
    }
  }

  /// Reads what ``write(to:)`` writes; nil for anything else.
  init?(stored json: JSONValue) {
    guard let members = json.object, let first = members.elements.first else { return nil }
    let stored = StoredMembers(members)
    switch first.key {
    case "text": self = .text(TextPart(first.value.string ?? "", extras: stored.extras))
    case "refusal": self = .refusal(first.value.string ?? "")
    case "thought":
      self = .thought(
        Thought(
          first.value.string ?? "", signature: stored["signature"], sealed: stored["sealed"],
          maker: stored.maker,
          member: stored["member"], extras: stored.extras))
    case "result":
      self = .toolResult(
        ToolResult(
          callID: first.value.string ?? "", parts: stored.parts,
          isError: members["is_error"]?.bool ?? false, extras: stored.extras))
    case "image":
      self = .image(
        ImagePart(
          source: first.value.string ?? "", id: stored["id"], detail: stored["detail"],
          extras: stored.extras))
    case "audio":
      self = .audio(
        AudioPart(
          id: stored["id"], data: first.value.string ?? "", format: stored["format"],
          transcript: stored["transcript"], extras: stored.extras))
    case "document":
      self = .document(
        DocumentPart(
          source: first.value.string, id: stored["id"], name: stored["name"], text: stored["text"],
          extras: stored.extras))
    case "citation":
      self = .citation(
        Citation(
          url: first.value.string, title: stored["title"], members: stored.extras,
          dialect: stored.dialect ?? .chat))
    case "opaque":
      guard let dialect = stored.dialect else { return nil }
      self = .opaque(
        OpaquePart(
          name: first.value.string ?? "", members: stored.extras, dialect: dialect, maker: stored.maker))
    default:
      guard let kind = ToolCall.Kind(storedName: first.key) else { return nil }
      self = .toolCall(
        ToolCall(
          kind: kind, id: stored["id"] ?? "", name: first.value.string ?? "",
          arguments: stored["arguments"] ?? "", signature: stored["signature"], maker: stored.maker,
          namespace: stored["namespace"], extras: stored.extras))
    }
  }
}

extension ToolCall.Kind {
  fileprivate var storedName: StaticString {
    switch self {
    case .function: "call"
    case .custom: "custom_call"
    case .legacy: "legacy_call"
    }
  }

  fileprivate init?(storedName: String) {
    switch storedName {
    case "call": self = .function
    case "custom_call": self = .custom
    case "legacy_call": self = .legacy
    default: return nil
    }
  }
}

/// What stands behind the first member of a stored part.
private struct StoredMembers {
  private let members: JSONObject

  init(_ members: JSONObject) { self.members = members }

  subscript(name: String) -> String? { members[name]?.string }

  var extras: JSONObject { members["extras"]?.object ?? [:] }

  var parts: [Part] { members["parts"]?.array?.compactMap(Part.init(stored:)) ?? [] }

  var dialect: Dialect? { self["dialect"].flatMap(Dialect.init) }

  var maker: Maker? {
    guard let maker = members["maker"], let dialect = maker["dialect"]?.string.flatMap(Dialect.init) else {
      return nil
    }
    return Maker(
      provider: maker["provider"]?.string, dialect: dialect,
      key: maker["key"]?.string.flatMap(KeyPlace.init(description:)))
  }
}

extension JSONWriter {
  fileprivate mutating func present(_ name: StaticString, _ text: String?) {
    if let text { member(name, text) }
  }

  fileprivate mutating func extras(_ members: JSONObject) {
    if !members.isEmpty { member("extras", json: .object(members)) }
  }

  fileprivate mutating func maker(_ maker: Maker?) {
    guard let maker else { return }
    name("maker")
    object { json in
      json.present("provider", maker.provider)
      json.member("dialect", maker.dialect.rawValue)
      json.present("key", maker.key?.description)
    }
  }
}
