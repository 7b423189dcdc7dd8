import OrderedCollections

/// Reads Responses' stream of events (https://platform.openai.com/docs/api-reference/responses-streaming). Items are known
/// by their place in the output: some servers change their ids on the way. What was not told piece by piece is told when
/// its end tells the whole of it.
struct ResponsesStreamReader: StreamReader {
  /// An item while it comes.
  struct Item {
    /// Members that stand with its first part.
    var members: JSONObject = [:]
    /// The parts so far, by their place in the item and what they are of; each with what has been told of it.
    var parts: [Key: Told] = [:]
    var isDone = false
    /// Sources that have been told.
    var citations: Set<JSONValue> = []
  }

  struct Key: Hashable {
    enum Of { case content, summary, call }

    let of: Of
    var index: Int64 = 0
  }

  struct Told {
    let part: Int
    /// How much, in UTF-8.
    var length = 0
  }

  /// The head, for limits that it states beside an error.
  private let response: ProviderResponse
  private let key: Secret?
  let reader: ResponsesAnswerReader
  private(set) var isComplete = false
  var hasEnded: Bool { isComplete }
  private(set) var unknownFinishReason: String?
  private var isGivenUp = false
  var broken: ProviderFault? { isGivenUp ? .failing("the provider gave the answer up") : nil }
  private(set) var hasHalves = false
  var items: [Int64: Item] = [:]
  var parts = 0
  private var hasCalls = false

  init(response: ProviderResponse, key: Secret?, maker: String) {
    self.response = response
    self.key = key
    reader = ResponsesAnswerReader(maker: maker)
  }

  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent] {
    if event.isDone { return [] }
    let (value, isCut) = try event.json()
    hasHalves = hasHalves || isCut
    let place = value["output_index"]?.integer ?? 0
    switch value["type"]?.string {
    case "response.output_item.added": return begin(value["item"], place)
    case "response.output_text.delta":
      return text(value["delta"], value, place) { .text(TextPart($0, extras: $1)) } + logprobs(value)
    case "response.output_text.done":
      return rest(value["text"], value, place) { .text(TextPart($0, extras: $1)) }
    case "response.refusal.delta": return text(value["delta"], value, place) { text, _ in .refusal(text) }
    case "response.refusal.done": return rest(value["refusal"], value, place) { text, _ in .refusal(text) }
    case "response.output_text.annotation.added":
      return value["annotation"].map { cite($0, place) } ?? []
    case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
      return think(value["delta"], value, place)
    case "response.reasoning_summary_text.done", "response.reasoning_text.done":
      return think(remainder(value["text"], thoughtKey(value), place), value, place)
    case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
      return call(value["delta"], place)
    case "response.function_call_arguments.done", "response.custom_tool_call_input.done":
      return call(remainder(value["arguments"] ?? value["input"], Key(of: .call), place), place)
    case "response.output_item.done": return end(value["item"], place)
    case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
      return try finish(value["response"])
    default:
      if value["type"] == "error" || ProviderErrorObject(in: value) != nil { throw fault(value) }
      return []
    }
  }

  /// OpenAI's own is flat; some servers wrap it.
  private func fault(_ value: JSONValue) -> ProviderFault {
    let error = ProviderErrorObject(in: value) ?? ProviderErrorObject(in: ["error": value])
    return ResponsesFault.fault(error, status: nil, response, hiding: key)
  }

  // MARK: - Items

  private mutating func begin(_ json: JSONValue?, _ place: Int64) -> [AnswerEvent] {
    guard case .object(let members)? = json else { return [] }
    var item = Item()
    item.members = ResponsesAnswerReader.members(of: members)
    items[place] = item
    switch members["type"]?.string {
    case "function_call", "custom_tool_call":
      guard var call = reader.call(members) else { return [] }
      hasCalls = true
      call.arguments = ""
      return [add(.toolCall(call), Key(of: .call), place, length: 0)]
    default: return []
    }
  }

  /// What of the item has not been told.
  private mutating func end(_ json: JSONValue?, _ place: Int64) -> [AnswerEvent] {
    guard let json, case .object(let members) = json, items[place]?.isDone != true else { return [] }
    if items[place] == nil { items[place] = Item() }
    items[place]?.members.addMissing(of: ResponsesAnswerReader.members(of: members))
    defer { items[place]?.isDone = true }
    switch members["type"]?.string {
    case "message": return endMessage(members, place)
    case "reasoning": return endReasoning(members, place)
    case "function_call", "custom_tool_call":
      var events = items[place]?.parts.isEmpty ?? true ? begin(json, place) : []
      events += call(remainder(members["arguments"] ?? members["input"], Key(of: .call), place), place)
      return events
    default:
      defer { parts += 1 }
      return [.part(reader.opaque(members), at: parts, choice: 0)]
    }
  }

  private mutating func endMessage(_ members: JSONObject, _ place: Int64) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    for (index, part) in ResponsesAnswerReader.texts(members["content"], "output_text").enumerated() {
      let at: JSONValue = ["content_index": .integer(Int64(index))]
      switch part["type"]?.string {
      case "output_text", "text":
        events += rest(part["text"], at, place) { .text(TextPart($0, extras: $1)) }
        events += self.extras(of: part, Int64(index), place)
        for citation in part["annotations"]?.array ?? [] { events += cite(citation, place) }
      case "refusal": events += rest(part["refusal"], at, place) { text, _ in .refusal(text) }
      default:
        for part in reader.content(part, item: nil) {
          events.append(add(part, Key(of: .content, index: Int64(index)), place, length: 0))
        }
      }
    }
    return events
  }

  /// What is sealed comes with the end of the item, and goes with the last of its parts.
  private mutating func endReasoning(_ members: JSONObject, _ place: Int64) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    for (name, of) in [("summary", Key.Of.summary), ("content", .content)] {
      for (index, text) in ResponsesAnswerReader.texts(members[name], "\(name)_text").enumerated() {
        let key = Key(of: of, index: Int64(index))
        events += think(remainder(text["text"], key, place), key, place)
      }
    }
    guard let sealed = members["encrypted_content"]?.string else { return events }
    let thought = Thought("", sealed: sealed, maker: reader.maker)
    guard let last = items[place]?.parts.values.map(\.part).max() else {
      var first = thought
      first.extras = ResponsesAnswerReader.extras([:], item: items[place]?.members)
      return [add(.thought(first), Key(of: .summary), place, length: 0)]
    }
    return events + [.part(.thought(thought), at: last, choice: 0)]
  }

  // MARK: - The end

  private mutating func finish(_ value: JSONValue?) throws(ProviderFault) -> [AnswerEvent] {
    if let error = value?["error"], !error.isNull {
      throw fault(["error": error]).leaving(TokenUsage(responses: value?["usage"]))
    }
    var events: [AnswerEvent] = []
    // Some servers tell all of an answer, or some of it, at its end only.
    let output = EvidentForm.parts(value?["output"]) { ["type": "message", "content": $0] }
    for (index, item) in output.enumerated()
    where items[Int64(index)]?.isDone != true {
      events += end(item, Int64(index))
    }
    let extras = ResponsesAnswerReader.extras(of: value)
    if !extras.isEmpty { events.append(.extras(extras, .responses)) }
    if let usage = value?["usage"], !usage.isNull { events.append(.usage(TokenUsage(responses: usage))) }
    switch ResponsesAnswerReader.finishReason(value, hasCalls: hasCalls) {
    case .broken: isGivenUp = true
    case .ended(let reason): events.append(.finish(reason, choice: 0))
    case .none: events.append(.finish(hasCalls ? .toolCalls : .stop, choice: 0))
    case .unknown(let word):
      unknownFinishReason = word
      events.append(.finish(.stop, choice: 0))
    }
    isComplete = true
    return events
  }
}
