public import OrderedCollections

/// What one delta brings to OpenAI's clients.
public struct ChatDelta: Sendable, Hashable {
  /// Members of `delta`, or of a whole `message`.
  public var message: JSONObject = [:]
  /// Nil where there are none.
  public var logprobs: JSONObject?
  /// Members beside the message.
  public var choice: JSONObject = [:]
  /// Members beside the choices.
  public var extras: JSONObject = [:]

  public var isEmpty: Bool { message.isEmpty && logprobs == nil && choice.isEmpty && extras.isEmpty }
}

/// Writes the deltas of one answer in OpenAI's form
/// (https://platform.openai.com/docs/api-reference/chat-streaming). What names a part is told once, and every entry of a
/// list has the index by which the official clients join it; no entry comes twice in one delta.
public struct ChatDeltaWriter: Sendable {
  private enum List: String {
    case calls = "tool_calls"
    case details = "reasoning_details"
    case images
    case citations = "annotations"
  }

  /// A whole message's lists are in order and have no index.
  private let isWhole: Bool
  /// By their part: where its entry stands in its list.
  private var positions: [Int: Int] = [:]
  private var counts: [List: Int] = [:]
  /// By their part: how a thought is called, and whether its maker wants it back.
  private var thoughts: [Int: (member: String, detail: Int?)] = [:]
  /// By their part: the members of others' that have been told. Clients would add up what is told again.
  private var toldExtras: [Int: Set<String>] = [:]
  /// Of calls, by their part: the first piece alone says whose it is.
  private var makers: [Int: Maker] = [:]
  /// The text part that was begun last, and how much text there was before it and is now, in Unicode scalars: the places of
  /// sources count so.
  private var text: (part: Int, start: Int, end: Int) = (-1, 0, 0)
  /// The parts of which it has been told who signed them.
  private var signed: Set<Int> = []

  public init(isWhole: Bool = false) { self.isWhole = isWhole }

  /// The members of a whole message, but for its role.
  static func whole(_ choice: Answer.Choice) -> ChatDelta {
    var answer = Answer()
    answer.choices = [choice]
    var writer = ChatDeltaWriter(isWhole: true)
    return writer.write(answer.delta)
  }

  /// What a delta of the first choice brings.
  public mutating func write(_ delta: AnswerDelta) -> ChatDelta {
    var written = ChatDelta()
    for event in delta.events {
      switch event {
      case .part(let part, let index, 0): write(part, index, &written.message)
      case .logprobs(let logprobs, 0): written.logprobs = logprobs
      case .message(let members, 0): written.message.addMissing(of: members)
      case .choice(let members, 0): written.choice = members
      case .extras(let members, .chat): written.extras = members
      case .part, .logprobs, .message, .choice, .extras, .finish, .usage: break
      }
    }
    return written
  }

  private mutating func write(_ part: Part, _ index: Int, _ message: inout JSONObject) {
    switch part {
    case .text(let part):
      if index > text.part { text = (index, text.end, text.end) }
      text.end += part.text.unicodeScalars.count
      message.append(part.text, to: "content")
    case .refusal(let text): message.append(text, to: "refusal")
    case .thought(let thought): write(thought, index, &message)
    case .toolCall(let call): write(call, index, &message)
    case .image(let image): add(.object(image.chatForm.object ?? [:]), to: .images, index, &message)
    case .citation(let citation):
      if let form = citation.chatForm(from: text.start, to: text.end) {
        add(.object(form), to: .citations, index, &message)
      }
    case .audio(let audio): write(audio, index, &message)
    case .opaque(let part) where part.dialect == .chat && part.name.isEmpty:
      // What stands in a provider's list of content beside texts, such as Mistral's references to what it has found.
      add(.object(part.members), to: .citations, index, &message)
    case .opaque(let part):
      if let image = part.drawnImage {
        add(image.chatForm, to: .images, index, &message)
      }
      guard part.dialect == .chat, part.name == List.details.rawValue else { break }
      var members = part.members
      if !isWhole { members["index"] = nil }
      add(.object(members), to: .details, index, &message)
    // OpenAI's form has no place for them.
    case .document, .toolResult: break
    }
  }

  // MARK: - Lists

  private mutating func add(
    _ entry: JSONValue, to list: List, _ part: Int, _ message: inout JSONObject
  ) {
    let position = position(of: part, in: list)
    var members = entry.object ?? [:]
    if !isWhole { members["index"] = .integer(Int64(position)) }
    message.add(.object(members), to: list.rawValue)
  }

  private mutating func position(of part: Int, in list: List) -> Int {
    if let position = positions[part] { return position }
    let position = counts[list, default: 0]
    positions[part] = position
    counts[list] = position + 1
    return position
  }

  private mutating func write(_ call: ToolCall, _ index: Int, _ message: inout JSONObject) {
    let isFirst = positions[index] == nil
    if call.kind == .legacy {
      positions[index] = 0
      var form = message["function_call"]?.object ?? [:]
      if isFirst { form["name"] = .string(call.name) }
      form.append(call.arguments, to: "arguments")
      message["function_call"] = .object(form)
      return
    }
    let isCustom = call.kind == .custom
    var body: JSONObject = [:]
    if !call.name.isEmpty { body["name"] = .string(call.name) }
    body[isCustom ? "input" : "arguments"] = .string(call.arguments)
    var entry: JSONObject = [:]
    if !call.id.isEmpty { entry["id"] = .string(call.id) }
    if isFirst { entry["type"] = isCustom ? "custom" : "function" }
    entry[isCustom ? "custom" : "function"] = .object(body)
    if let maker = call.maker, makers[index] == nil || call.signature != nil { makers[index] = maker }
    // Members of another dialect mean nothing here. Gemini's signatures come through Google's chat endpoint, too, beside
    // members of chat; those of Gemini's own are kept for clients of Gemini alone.
    let maker = makers[index]
    if maker.map({ $0.dialect == .chat || $0.dialect == .gemini }) ?? true {
      for (name, value) in untold(call.extras, of: index) { entry[name] = value }
    }
    if call.signature != nil {
      entry[ToolCall.extraContent] = ToolCall.extraContent(
        call.signature, of: signed.insert(index).inserted ? maker : nil,
        beside: entry[ToolCall.extraContent])
    }
    add(.object(entry), to: .calls, index, &message)
  }

  private mutating func untold(_ extras: JSONObject, of part: Int) -> JSONObject {
    guard !extras.isEmpty else { return extras }
    let told = toldExtras[part] ?? []
    toldExtras[part] = told.union(extras.keys)
    return extras.filter { !told.contains($0.key) }
  }

  // MARK: - Thoughts and sounds

  /// A text for those who read, and where the maker wants its thought back, an entry for it.
  private mutating func write(_ thought: Thought, _ index: Int, _ message: inout JSONObject) {
    let isFirst = thoughts[index] == nil
    if isFirst {
      let isForeign = thought.maker.map { $0.dialect != .chat } ?? false
      thoughts[index] = (
        thought.member == "reasoning" ? "reasoning" : "reasoning_content",
        isForeign ? position(of: index, in: .details) : nil
      )
    }
    guard let (member, detail) = thoughts[index] else { return }
    if !thought.text.isEmpty { message.append(thought.text, to: member) }
    guard let detail else { return }
    var entry = isFirst ? ReasoningDetail.head(of: thought) : [:]
    if let sealed = thought.sealed { entry["data"] = .string(sealed) }
    if thought.sealed == nil, isFirst || !thought.text.isEmpty { entry["text"] = .string(thought.text) }
    if let signature = thought.signature { entry["signature"] = .string(signature) }
    if !isWhole { entry["index"] = .integer(Int64(detail)) }
    message.add(.object(entry), to: List.details.rawValue)
  }

  private mutating func write(_ audio: AudioPart, _ index: Int, _ message: inout JSONObject) {
    var audio = audio
    audio.extras = untold(audio.extras, of: index)
    // A message has one sound; of several, each goes on with the one before.
    if case .object(let known)? = message["audio"] {
      var whole = AudioPart(chat: known)
      whole.join(audio)
      audio = whole
    }
    message["audio"] = .object(audio.chatForm)
  }
}

extension JSONObject {
  mutating func append(_ text: String, to name: String) {
    guard case .string(var known)? = self[name] else { return self[name] = .string(text) }
    // Let go of first, or all that is known would be copied with each piece.
    self[name] = .null
    known += text
    self[name] = .string(known)
  }

  fileprivate mutating func add(_ element: JSONValue, to name: String) {
    guard case .array(var known)? = self[name] else { return self[name] = .array([element]) }
    self[name] = .null
    known.append(element)
    self[name] = .array(known)
  }
}

extension Citation {
  /// One of OpenAI's annotations; nil for a source that is no page. Its place is required: where its dialect tells none, that of
  /// the text that it follows, from `start` to `end` in the message's content; Gemini's sources are of all that it said.
  fileprivate func chatForm(from start: Int, to end: Int) -> JSONObject? {
    if dialect == .chat { return members }
    guard let url else { return nil }
    // Responses counts from the beginning of its own part, of which chat joins several.
    let told = dialect == .responses ? members : [:]
    let start = dialect == .gemini ? 0 : start
    return [
      "type": "url_citation",
      "url_citation": [
        "start_index": .integer(told["start_index"]?.integer.map { $0 + Int64(start) } ?? Int64(start)),
        "end_index": .integer(told["end_index"]?.integer.map { $0 + Int64(start) } ?? Int64(end)),
        "url": .string(url), "title": .string(title ?? ""),
      ],
    ]
  }
}
