import OrderedCollections

/// Reads one choice of an answer in OpenAI's form, whole or in pieces: what a provider tells again is told once, and each
/// piece of a call, a thought or a sound is told with the number of its part.
struct ChatChoiceReader: Sendable {
  private struct Call: Sendable {
    /// The provider's number of it; nil where it tells none.
    let index: Int64?
    let part: Int
    var id: String
    var name: String
    let kind: ToolCall.Kind
    /// Whether its signature has come: told again, it would be joined to itself.
    var isSigned = false
  }

  private let choice: Int
  private let maker: String
  /// Whether the message comes whole: then nothing in it is told again, and each entry of a list is one of its own.
  private let isWhole: Bool
  private var parts = 0
  /// With the member in which each stands: few, so they are looked through.
  private var singles: [(member: String, part: Int)] = []
  private var calls: [Call] = []
  /// Of lists of the provider's own, the parts by their index there.
  private var entries: [String: [Int64: Int]] = [:]
  /// Of entries of lists, by their part: the members that have been told.
  private var toldMembers: [Int: Set<String>] = [:]
  private var toldCitations: Set<JSONValue> = []
  private var toldImages: Set<JSONValue> = []
  private var toldMessage: JSONObject = [:]
  private var toldChoice: JSONObject = [:]

  init(choice: Int, maker: String, isWhole: Bool = false) {
    self.choice = choice
    self.maker = maker
    self.isWhole = isWhole
  }

  var hasCalls: Bool { !calls.isEmpty }

  /// What the members of a choice bring; `message` is a whole one or a delta.
  mutating func read(_ json: JSONObject, message: JSONObject, into events: inout [AnswerEvent]) {
    if message.count > 1 {
      // A model thinks before it speaks, and what it says has its sources, wherever the message has them: who reads blocks in
      // order is told them so.
      for name in Self.ordered { if let value = message[name] { read(name, value, &events) } }
      for (name, value) in message where !Self.ordered.contains(name) { read(name, value, &events) }
    } else {
      for (name, value) in message { read(name, value, &events) }
    }
    readMembers(json, &events)
  }

  private static let ordered = [
    "reasoning", "reasoning_content", "reasoning_details", "content", "annotations",
  ]

  private mutating func read(_ name: String, _ value: JSONValue, _ events: inout [AnswerEvent]) {
    if value.isNull { return }
    switch name {
    case "role": break
    case "content": readContent(value, &events)
    case "refusal":
      if let text = value.string, !text.isEmpty { grow(name, .refusal(text), &events) }
    case "reasoning", "reasoning_content":
      if let text = value.string, !text.isEmpty {
        grow(name, .thought(Thought(text, member: name)), &events)
      }
    case "reasoning_details": readEntries(name, value, &events)
    // Older servers of Hugging Face's send the one call that there is, and no list.
    case "tool_calls": for call in value.array ?? [value] { read(call: call, &events) }
    case "function_call": read(legacy: value, &events)
    case "audio":
      if case .object(let audio) = value { grow(name, .audio(told(AudioPart(chat: audio))), &events) }
    case "images": readImages(value, &events)
    case "annotations": readCitations(value, &events)
    default: note(name, value, in: &toldMessage) { events.append(.message($0, choice: choice)) }
    }
  }

  private mutating func readMembers(_ json: JSONObject, _ events: inout [AnswerEvent]) {
    for (name, value) in json where !value.isNull {
      switch name {
      case "index", "message", "delta", "finish_reason", "text", "error", "usage": break
      case "logprobs":
        if case .object(let logprobs) = value { events.append(.logprobs(logprobs, choice: choice)) }
      case _ where JSONObject.growing.contains(name): events.append(.choice([name: value], choice: choice))
      default:
        guard toldChoice[name] != value else { continue }
        toldChoice[name] = value
        events.append(.choice([name: value], choice: choice))
      }
    }
  }

  // MARK: - Parts that there is one of

  /// The part of which there is one for each member.
  private mutating func grow(_ member: String, _ piece: Part, _ events: inout [AnswerEvent]) {
    if let part = single(member) { return events.append(.part(piece, at: part, choice: choice)) }
    singles.append((member, parts))
    begin(piece, &events)
  }

  private func single(_ member: String) -> Int? { singles.first { $0.member == member }?.part }

  private mutating func begin(_ part: Part, _ events: inout [AnswerEvent]) {
    events.append(.part(part, at: parts, choice: choice))
    parts += 1
  }

  /// A text, or parts: Mistral's thoughts stand among them.
  private mutating func readContent(_ json: JSONValue, _ events: inout [AnswerEvent]) {
    if case .string(let text) = json {
      if !text.isEmpty { grow("content", .text(text), &events) }
      return
    }
    for part in ChatPartReader.content(json) {
      switch part {
      case .text: grow("content", part, &events)
      case .thought(let thought):
        // Signed ones are whole; the others go on.
        if thought.maker == nil { grow("thinking", part, &events) } else { begin(part, &events) }
      default: begin(part, &events)
      }
    }
  }

  /// What a sound tells again is told once.
  private func told(_ audio: AudioPart) -> AudioPart {
    guard single("audio") != nil else { return audio }
    var audio = audio
    audio.id = nil
    return audio
  }

  // MARK: - Lists

  private mutating func readImages(_ json: JSONValue, _ events: inout [AnswerEvent]) {
    for case .object(let members) in json.array ?? [] {
      guard let image = ChatPartReader.image(members) else { continue }
      if toldImages.insert(.object(members)).inserted || isWhole { begin(.image(image), &events) }
    }
  }

  private mutating func readCitations(_ json: JSONValue, _ events: inout [AnswerEvent]) {
    for case .object(let members) in json.array ?? []
    where toldCitations.insert(.object(members)).inserted || isWhole {
      begin(.citation(Citation(chat: members)), &events)
    }
  }

  private mutating func readEntries(_ name: String, _ json: JSONValue, _ events: inout [AnswerEvent]) {
    for case .object(let members) in json.array ?? [] {
      let made = Maker(provider: maker, dialect: .chat)
      let index = members["index"]?.integer
      if let index, let part = entries[name]?[index] {
        let new = members.filter { OpaquePart.growing.contains($0.key) || !isTold($0.key, of: part) }
        let piece = OpaquePart(name: name, members: new, dialect: .chat, maker: made)
        events.append(.part(.opaque(piece), at: part, choice: choice))
      } else {
        if let index { entries[name, default: [:]][index] = parts }
        for member in members.keys { _ = isTold(member, of: parts) }
        begin(.opaque(OpaquePart(name: name, members: members, dialect: .chat, maker: made)), &events)
      }
    }
  }

  /// Whether a member of a list's entry has been told before; from now on it has.
  private mutating func isTold(_ member: String, of part: Int) -> Bool {
    !toldMembers[part, default: []].insert(member).inserted
  }

  private func note(
    _ name: String, _ value: JSONValue, in told: inout JSONObject, _ tell: (JSONObject) -> Void
  ) {
    guard told[name] == nil else { return }
    told[name] = value
    tell([name: value])
  }

  // MARK: - Calls

  private mutating func read(call json: JSONValue, _ events: inout [AnswerEvent]) {
    guard case .object(let members) = json else { return }
    let index = members["index"]?.integer
    let id = members["id"]?.string ?? ""
    let body = members["custom"]?.object ?? members["function"]?.object
    let name = body?["name"]?.string ?? ""
    let text = EvidentForm.arguments(body?["arguments"] ?? body?["input"]) ?? ""
    let kind: ToolCall.Kind =
      members["custom"]?.object != nil || members["type"] == "custom" ? .custom : .function
    guard let number = self.number(of: index, id, name) else {
      return begin(members, index, id, name, text, kind, &events)
    }
    var piece = ToolCall(kind: calls[number].kind, id: "", name: "", arguments: text)
    if calls[number].name.isEmpty, !name.isEmpty {
      calls[number].name = name
      piece.name = name
    }
    piece.extras = members.without("index", "id", "type", "function", "custom")
    nameMaker(of: &piece)
    takeSignature(of: &piece)
    if calls[number].isSigned { piece.signature = nil }
    calls[number].isSigned = calls[number].isSigned || piece.signature != nil
    events.append(.part(.toolCall(piece), at: calls[number].part, choice: choice))
  }

  /// Which of the calls so far a fragment goes on with; nil when it begins one. Some servers give every call the index
  /// 0, and some give none: an id that is new, with a name, begins a call, and so does another name under the same id.
  private func number(of index: Int64?, _ id: String, _ name: String) -> Int? {
    if isWhole { return nil }
    let isNamed = !id.isEmpty && !name.isEmpty
    if let index {
      guard let number = calls.lastIndex(where: { $0.index == index }) else { return nil }
      return isNamed && !calls[number].id.isEmpty && calls[number].id != id && !calls[number].name.isEmpty
        ? nil : number
    }
    if id.isEmpty { return name.isEmpty && !calls.isEmpty ? calls.count - 1 : nil }
    return calls.lastIndex { $0.id == id && (name.isEmpty || $0.name.isEmpty || $0.name == name) }
  }

  private mutating func begin(
    _ members: JSONObject, _ index: Int64?, _ id: String, _ name: String, _ text: String,
    _ kind: ToolCall.Kind,
    _ events: inout [AnswerEvent]
  ) {
    // Two calls of one id could not be told apart by their results.
    let isUsable = !id.isEmpty && !calls.contains { $0.id == id }
    var call = ToolCall(
      kind: kind, id: isUsable ? id : ToolCallID.new(), name: name, arguments: text,
      extras: members.without("index", "id", "type", "function", "custom"))
    nameMaker(of: &call)
    takeSignature(of: &call)
    calls.append(
      Call(
        index: index, part: parts, id: id.isEmpty ? call.id : id, name: name, kind: kind,
        isSigned: call.signature != nil))
    begin(.toolCall(call), &events)
  }

  /// Members that a provider added are words of this dialect, and nobody else's.
  private func nameMaker(of call: inout ToolCall) {
    if !call.extras.isEmpty, !maker.isEmpty { call.maker = Maker(provider: maker, dialect: .chat) }
  }

  /// Of what an older version stored, the maker is what stands there.
  private func takeSignature(of call: inout ToolCall) {
    call.takeSignature()
    if call.signature != nil, !maker.isEmpty { call.maker?.provider = maker }
  }

  private mutating func read(legacy json: JSONValue, _ events: inout [AnswerEvent]) {
    guard case .object(let members) = json else { return }
    let isFirst = single("function_call") == nil
    let call = ToolCall(
      kind: .legacy, id: "", name: isFirst ? members["name"]?.string ?? "" : "",
      arguments: EvidentForm.arguments(members["arguments"]) ?? "")
    if isFirst { calls.append(Call(index: nil, part: parts, id: "", name: call.name, kind: .legacy)) }
    grow("function_call", .toolCall(call), &events)
  }
}
