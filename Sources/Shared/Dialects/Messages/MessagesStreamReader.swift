import OrderedCollections

/// Reads Anthropic's stream of blocks (https://platform.claude.com/docs/en/build-with-claude/streaming). Events of kinds
/// that it does not know are passed over, as Anthropic asks of clients.
struct MessagesStreamReader: StreamReader {
  /// A block while it comes.
  private struct Block {
    let part: Int
    var isCall = false
    /// What a call started with; its arguments should none follow.
    var input: String?
    /// A call of a tool that the provider runs itself, which is told once its input is whole.
    var held: OpaquePart?
    var heldInput = ""
    /// Sources of a text are told behind all of it, though they come between its pieces.
    var sources: [Part] = []
  }

  /// The head, for limits that it states beside an error.
  private let response: ProviderResponse
  private let key: Secret?
  private let maker: String
  /// Whether members that only Anthropic's clients know are kept.
  private let keepsMembers: Bool
  private(set) var isComplete = false
  var hasEnded: Bool { isComplete }
  private(set) var unknownFinishReason: String?
  private(set) var hasHalves = false
  /// By their index; those that have ended are gone.
  private var open: [Int64: Block] = [:]
  private var parts = 0
  private var hasCalls = false
  private var hasFinished = false
  /// Counts so far: the first event has the prompt's, the last but one the answer's.
  private var usage = JSONObject()

  init(response: ProviderResponse, key: Secret?, maker: String, keepsMembers: Bool = false) {
    self.response = response
    self.key = key
    self.maker = maker
    self.keepsMembers = keepsMembers
  }

  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent] {
    let (value, isCut) = try event.json()
    hasHalves = hasHalves || isCut
    if let error = ProviderErrorObject(in: value) {
      throw MessagesFault.fault(error, status: nil, response, hiding: key)
    }
    switch value["type"]?.string {
    case "message_start":
      let events = count(value["message"]?["usage"])
      let own = MessagesUsage.own(in: usage)
      return keepsMembers && !own.isEmpty ? events + [.extras(["usage": .object(own)], .messages)] : events
    case "content_block_start": return start(value["content_block"], value["index"])
    case "content_block_delta": return go(on: value["delta"], value["index"])
    case "content_block_stop": return value["index"]?.integer.map { stop(index: $0) } ?? []
    case "message_delta":
      return count(value["usage"]) + own(of: value) + finish(value["delta"]?["stop_reason"])
    case "message_stop":
      isComplete = true
      let unended = open.keys.sorted().flatMap { stop(index: $0) }
      // A stream that says it is whole is whole, whether or not it says why.
      return unended + (hasFinished ? [] : [.finish(hasCalls ? .toolCalls : .stop, choice: 0)])
    case "error": throw .failing("error in the answer")
    default: return []
    }
  }

  private mutating func count(_ more: JSONValue?) -> [AnswerEvent] {
    guard let more = more?.object else { return [] }
    for (name, value) in more where !value.isNull { usage[name] = value }
    return [.usage(TokenUsage(anthropic: .object(usage)))]
  }

  private func own(of value: JSONValue) -> [AnswerEvent] {
    guard keepsMembers else { return [] }
    var members = value["delta"]?.object ?? [:]
    for (name, value) in value.object ?? [:] where name != "delta" { members[name] = value }
    let own = MessagesOwnMembers.of(members, usage: usage)
    return own.isEmpty ? [] : [.extras(own, .messages)]
  }

  private mutating func finish(_ json: JSONValue?) -> [AnswerEvent] {
    let reason: FinishReason
    switch MessagesAnswerReader.finishReason(json) {
    case .none, .broken: return []
    case .ended(let ended): reason = ended
    case .unknown(let word):
      unknownFinishReason = word
      reason = .stop
    }
    hasFinished = true
    return [.finish(reason == .stop && hasCalls ? .toolCalls : reason, choice: 0)]
  }

  // MARK: - Blocks

  private mutating func start(_ block: JSONValue?, _ index: JSONValue?) -> [AnswerEvent] {
    guard let block, let index = index?.integer else { return [] }
    let begun = MessagesAnswerReader.parts(of: block, maker: maker, keepsMembers: keepsMembers)
    guard var first = begun.first else { return [] }
    if case .opaque(let part) = first, part.members["input"] != nil {
      open[index] = Block(part: parts, held: part)
      return []
    }
    var started = Block(part: parts)
    if case .toolCall(var call) = first {
      hasCalls = true
      started.isCall = true
      started.input = call.arguments
      call.arguments = ""
      first = .toolCall(call)
    }
    started.sources = Array(begun.dropFirst())
    open[index] = started
    return [begin(first)]
  }

  private mutating func begin(_ part: Part) -> AnswerEvent {
    defer { parts += 1 }
    return .part(part, at: parts, choice: 0)
  }

  private mutating func go(on delta: JSONValue?, _ index: JSONValue?) -> [AnswerEvent] {
    guard let index = index?.integer, let block = open[index] ?? begun(by: delta, index) else { return [] }
    switch delta?["type"]?.string {
    case "text_delta": return grow(block, delta?["text"]) { .text($0) }
    case "thinking_delta": return grow(block, delta?["thinking"]) { .thought(Thought($0)) }
    case "signature_delta": return grow(block, delta?["signature"]) { .thought(Thought("", signature: $0)) }
    case "input_json_delta":
      let input = EvidentForm.arguments(delta?["partial_json"]) ?? ""
      if block.held != nil { open[index]?.heldInput += input }
      guard block.isCall, !input.isEmpty else { return [] }
      open[index]?.input = nil
      return grow(block, .string(input)) { .toolCall(ToolCall(id: "", name: "", arguments: $0)) }
    case "citations_delta":
      if let source = delta?["citation"].flatMap(MessagesAnswerReader.citation) {
        open[index]?.sources.append(source)
      }
      return []
    default: return []
    }
  }

  /// A text whose start was left out, as some who copy Anthropic's stream do.
  private mutating func begun(by delta: JSONValue?, _ index: Int64) -> Block? {
    guard delta?["type"]?.string == "text_delta" else { return nil }
    defer { parts += 1 }
    open[index] = Block(part: parts)
    return open[index]
  }

  private func grow(_ block: Block, _ json: JSONValue?, _ piece: (String) -> Part) -> [AnswerEvent] {
    guard let text = json?.string, !text.isEmpty else { return [] }
    return [.part(piece(text), at: block.part, choice: 0)]
  }

  private mutating func stop(index: Int64) -> [AnswerEvent] {
    guard let block = open.removeValue(forKey: index) else { return [] }
    if !block.sources.isEmpty { return block.sources.map { begin($0) } }
    if var held = block.held {
      if let input = try? JSONParser.parse(block.heldInput, of: .provider) { held.members["input"] = input }
      return [begin(.opaque(held))]
    }
    // A function without parameters is called without a delta.
    guard let input = block.input else { return [] }
    return [.part(.toolCall(ToolCall(id: "", name: "", arguments: input)), at: block.part, choice: 0)]
  }
}
