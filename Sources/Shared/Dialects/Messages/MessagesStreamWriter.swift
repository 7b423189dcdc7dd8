import OrderedCollections

/// Writes one answer as Anthropic's events while it comes (https://platform.claude.com/docs/en/build-with-claude/streaming).
/// Blocks are numbered without a gap and never interleave: where a provider tells several calls at once, the later ones are
/// held back until the one before is whole.
public struct MessagesStreamWriter: Sendable {
  private let id: String
  private var model: String
  /// What is told of the prompt until its provider says better.
  private var estimate: TokenUsage
  private var isBegun = false
  private var blocks = 0
  private var open: OpenBlock?
  /// The text block that was begun last: what a source is of.
  private var lastText: Int?
  /// Sources that came before any text.
  private var early: [JSONObject] = []
  /// What must wait for the open block.
  private var held = AnswerDelta()
  /// What only its maker knows, by its part: some providers tell it beside the words that it goes with, piece by piece. It
  /// comes at the end, or each piece would end the block that is open.
  private var aside: [(index: Int, part: Part)] = []

  /// - Parameters:
  ///   - model: until it is known who answers.
  ///   - promptTokens: an estimate.
  public init(id: String, model: String, promptTokens: Int) {
    self.id = id
    self.model = model
    estimate = TokenUsage(promptTokens: promptTokens, completionTokens: 0)
  }

  // MARK: - Life

  /// `model` is who answers, with the first piece.
  public mutating func write(_ delta: AnswerDelta, of model: String?) -> [MessagesEvent] {
    if let model { self.model = model }
    var events: [MessagesEvent] = []
    begin(with: delta, &events)
    for event in delta.events {
      if case .part(let part, let index, 0) = event { take(part, index, &events) }
    }
    return events
  }

  /// What says that there is still somebody there.
  public mutating func quiet() -> [MessagesEvent] {
    var events: [MessagesEvent] = []
    begin(with: AnswerDelta(), &events)
    return events + [.ping]
  }

  /// Ends the stream of the whole answer, all of which has been written.
  public mutating func end(_ answer: Answer, usage: TokenUsage) -> [MessagesEvent] {
    var events: [MessagesEvent] = []
    begin(with: AnswerDelta(), &events)
    close(&events)
    // None of them goes on.
    while !held.isEmpty {
      drain(&events)
      close(&events)
    }
    for (_, part) in aside { for block in MessagesBlock.blocks(of: part) { add(block, &events) } }
    let end = MessagesEnd(answer)
    events.append(
      MessagesEvent("message_delta") { json in
        json.member("delta", json: .object(end.members))
        json.member("usage", json: .object(MessagesUsage.atEnd(usage, own: end.ownUsage)))
        json.members(end.beside)
      })
    return events + [MessagesEvent("message_stop")]
  }

  /// All events of an answer that is known from the start, of which the first tells what it used.
  public mutating func whole(_ answer: Answer, of model: String, usage: TokenUsage) -> [MessagesEvent] {
    if usage.promptTokens > 0 { estimate = usage }
    let told = answer.withoutCutCalls
    return write(told.delta, of: model) + end(told, usage: usage)
  }

  private mutating func begin(with delta: AnswerDelta, _ events: inout [MessagesEvent]) {
    guard !isBegun else { return }
    isBegun = true
    var usage = estimate
    for case .usage(let told) in delta.events where told.promptTokens > 0 { usage = told }
    var own = JSONObject()
    for case .extras(let members, .messages) in delta.events { own = members["usage"]?.object ?? [:] }
    let message: JSONValue = [
      "id": .string(id), "type": "message", "role": "assistant", "model": .string(model), "content": [],
      "stop_reason": nil, "stop_sequence": nil, "usage": .object(MessagesUsage.members(usage, own: own)),
    ]
    events.append(MessagesEvent("message_start") { $0.member("message", json: message) })
  }

  // MARK: - Parts

  private mutating func take(_ part: Part, _ index: Int, _ events: inout [MessagesEvent]) {
    if case .opaque(let opaque) = part, opaque.dialect != .messages { return put(aside: part, index) }
    if open?.part == index {
      grow(by: part, &events)
      if !held.isEmpty, open?.isWholeCall == true {
        close(&events)
        drain(&events)
      }
      return
    }
    if held.isEmpty, case .citation(let citation) = part {
      // A source of what was said last, though thoughts or calls may have come since.
      guard let form = citation.messagesForm else { return }
      if let lastText { events.append(.citation(lastText, form)) } else { early.append(form) }
      return
    }
    guard held.isEmpty, open?.mayBeFollowed() ?? true else {
      return held.append(.part(part, at: index, choice: 0))
    }
    close(&events)
    start(part, index, &events)
  }

  private mutating func put(aside part: Part, _ index: Int) {
    if let place = aside.firstIndex(where: { $0.index == index }) {
      aside[place].part.join(part)
    } else {
      aside.append((index, part))
    }
  }

  /// Writes what was held back, as far as it need not wait again.
  private mutating func drain(_ events: inout [MessagesEvent]) {
    let waiting = held
    held = AnswerDelta()
    for case .part(let part, let index, _) in waiting.events { take(part, index, &events) }
  }

  private mutating func start(_ part: Part, _ index: Int, _ events: inout [MessagesEvent]) {
    switch part {
    // What says nothing is no block: Anthropic begins one before some calls. Its text may still come.
    case .text(let text) where text.text.isEmpty && text.extras.isEmpty: return
    case .text(let text): open(index, .text, ["type": "text", "text": ""], text.extras, &events)
    // The words of a sound come in pieces; the sound has no form here.
    case .audio(let audio):
      guard audio.transcript?.isEmpty == false else { return }
      open(index, .text, ["type": "text", "text": ""], [:], &events)
    case .refusal: open(index, .text, ["type": "text", "text": ""], [:], &events)
    case .thought(let thought) where thought.sealed == nil:
      open(
        index, .thought, ["type": "thinking", "thinking": "", "signature": ""],
        MessagesMarks.members(of: thought), &events)
    case .toolCall(let call):
      if let mark = MessagesMarks.wrap(call) { add(MessagesBlock.signature(mark), &events) }
      open(index, .call(isCustom: call.kind == .custom), MessagesBlock.start(of: call), [:], &events)
    case .thought:
      // It may come in pieces, and is told whole.
      open = OpenBlock(part: index, kind: .hidden, hidden: part)
      return
    default:
      for block in MessagesBlock.blocks(of: part) { add(block, &events) }
      return
    }
    grow(by: part, &events)
  }

  private mutating func open(
    _ part: Int, _ kind: OpenBlock.Kind, _ block: JSONObject, _ extras: JSONObject,
    _ events: inout [MessagesEvent]
  ) {
    events.append(.blockStart(blocks, block.merging(extras) { ours, _ in ours }))
    open = OpenBlock(part: part, kind: kind)
    if kind == .text {
      lastText = blocks
      for source in early { events.append(.citation(blocks, source)) }
      early = []
    }
    blocks += 1
  }

  /// A block that comes whole. A call of Anthropic's own tools is told as any other call is.
  private mutating func add(_ block: JSONObject, _ events: inout [MessagesEvent]) {
    var start = block
    var deltas: [MessagesEvent] = []
    if case .object(let input)? = block["input"] {
      start["input"] = [:]
      deltas = [.delta(blocks, "input_json_delta", "partial_json", JSONValue.object(input).description)]
    }
    if block["type"] == "thinking", let signature = block["signature"]?.string {
      start["signature"] = ""
      deltas = [.delta(blocks, "signature_delta", "signature", signature)]
    }
    events.append(.blockStart(blocks, start))
    events += deltas
    events.append(.blockStop(blocks))
    blocks += 1
  }

  /// Tells what a piece adds to the open block.
  private mutating func grow(by part: Part, _ events: inout [MessagesEvent]) {
    guard open?.kind != .hidden else {
      open?.hidden?.join(part)
      return
    }
    let index = blocks - 1
    switch part {
    case .text(let text) where !text.text.isEmpty:
      events.append(.delta(index, "text_delta", "text", text.text))
    case .refusal(let text) where !text.isEmpty: events.append(.delta(index, "text_delta", "text", text))
    case .audio(let audio):
      guard let text = audio.transcript, !text.isEmpty else { break }
      events.append(.delta(index, "text_delta", "text", text))
    case .thought(let thought):
      if !thought.text.isEmpty {
        events.append(.delta(index, "thinking_delta", "thinking", thought.text))
      }
      open?.note(thought)
    case .toolCall(let call) where !call.arguments.isEmpty:
      open?.arguments += call.arguments
      if open?.kind != .call(isCustom: true) {
        events.append(.delta(index, "input_json_delta", "partial_json", call.arguments))
      }
    default: break
    }
  }

  private mutating func close(_ events: inout [MessagesEvent]) {
    guard let block = open else { return }
    open = nil
    if let hidden = block.hidden {
      for block in MessagesBlock.blocks(of: hidden) { add(block, &events) }
      return
    }
    let index = blocks - 1
    if block.kind == .call(isCustom: true) {
      let input: JSONValue = ["input": .string(block.arguments)]
      events.append(.delta(index, "input_json_delta", "partial_json", input.description))
    }
    // A thought is signed once, at its end.
    if let thought = block.thought, let signature = MessagesMarks.wrap(thought) ?? thought.signature {
      events.append(.delta(index, "signature_delta", "signature", signature))
    }
    events.append(.blockStop(index))
  }
}

/// A block that has begun and not ended.
private struct OpenBlock: Sendable {
  enum Kind: Sendable, Hashable {
    case text
    case thought
    case call(isCustom: Bool)
    /// What is not begun before it is whole.
    case hidden
  }

  let part: Int
  let kind: Kind
  /// Of a call, so far.
  var arguments = ""
  /// What a thought's maker wants back, so far.
  private(set) var thought: Thought?
  /// How long the arguments were when they were last looked at.
  private var lookedAt = -1
  private var wasWhole = false

  /// What is hidden, so far.
  var hidden: Part?

  init(part: Int, kind: Kind, hidden: Part? = nil) {
    self.part = part
    self.kind = kind
    self.hidden = hidden
  }

  mutating func note(_ piece: Thought) {
    var piece = piece
    piece.text = ""
    if thought == nil { thought = piece } else { thought?.join(piece) }
  }

  var isWholeCall: Bool {
    guard case .call = kind, let last = arguments.utf8.last, last == UInt8(ascii: "}") else { return false }
    return (try? JSONParser.parse(arguments, of: .provider))?.object != nil
  }

  /// Whether another block may begin: a call that others come between may go on behind them. What has not grown is not
  /// looked at again.
  mutating func mayBeFollowed() -> Bool {
    guard case .call = kind else { return true }
    if arguments.utf8.count != lookedAt {
      lookedAt = arguments.utf8.count
      wasWhole = isWholeCall
    }
    return wasWhole
  }
}
