import OrderedCollections

/// Reads completions in OpenAI's form, whole and in pieces
/// (https://platform.openai.com/docs/api-reference/completions/object). A choice is one text.
struct CompletionAnswerReader: Sendable {
  /// The most choices that are read of one answer.
  static let choiceLimit = 2048

  /// The choices that have ended.
  private(set) var ended: Set<Int> = []
  private var isBroken = false
  /// A word for the end of an answer that Sluice does not know.
  private(set) var unknownFinishReason: String?
  private var told: JSONObject = [:]
  /// By their choice.
  private var toldMembers: [Int: JSONObject] = [:]

  /// Of an answer whose provider says of one of its choices that it is broken.
  var broken: ProviderFault? { isBroken ? .failing("error in mid-answer") : nil }

  /// What a body or a chunk brings.
  mutating func read(_ value: JSONValue) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    for (position, json) in (value["choices"]?.array ?? []).enumerated() {
      guard case .object(let members) = json else { continue }
      let choice = members["index"]?.integer.map { Int(clamping: $0) } ?? position
      guard (0..<Self.choiceLimit).contains(choice) else { continue }
      read(members, choice, &events)
    }
    for (name, value) in value.object ?? [:] where !value.isNull {
      switch name {
      // Sluice has an id, a time and a model of its own; `obfuscation` is padding.
      case "id", "object", "created", "model", "choices", "obfuscation", "error": break
      case "usage": events.append(.usage(TokenUsage(openAI: value)))
      default:
        guard told[name] != value else { continue }
        told[name] = value
        events.append(.extras([name: value], .chat))
      }
    }
    return events
  }

  private mutating func read(_ members: JSONObject, _ choice: Int, _ events: inout [AnswerEvent]) {
    if let text = members["text"]?.string, !text.isEmpty {
      events.append(.part(.text(text), at: 0, choice: choice))
    }
    if case .object(let logprobs)? = members["logprobs"] {
      events.append(.logprobs(logprobs, choice: choice))
    }
    readMembers(members, choice, &events)
    let reason: FinishReason
    switch ChatFinishReason.reading(members["finish_reason"]) {
    case .none: return
    case .broken:
      isBroken = true
      return
    case .ended(let ended): reason = ended
    case .unknown(let word):
      unknownFinishReason = word
      reason = .stop
    }
    ended.insert(choice)
    events.append(.finish(reason, choice: choice))
  }

  private mutating func readMembers(
    _ members: JSONObject, _ choice: Int, _ events: inout [AnswerEvent]
  ) {
    for (name, value) in members where !value.isNull {
      switch name {
      case "index", "text", "logprobs", "finish_reason", "error", "usage": break
      default:
        guard JSONObject.growing.contains(name) || toldMembers[choice]?[name] != value else { continue }
        toldMembers[choice, default: [:]][name] = value
        events.append(.choice([name: value], choice: choice))
      }
    }
  }
}

/// Reads chunks of completions. A stream is whole when every choice has said why it ended.
struct CompletionStreamReader: StreamReader {
  /// The head, for limits that it states beside an error.
  private let response: ProviderResponse
  private let key: Secret?
  private let choiceCount: Int
  private var reader = CompletionAnswerReader()
  private(set) var hasHalves = false

  init(response: ProviderResponse, key: Secret?, choiceCount: Int) {
    self.response = response
    self.key = key
    self.choiceCount = choiceCount
  }

  var isComplete: Bool { reader.ended.count >= choiceCount }
  var unknownFinishReason: String? { reader.unknownFinishReason }
  var broken: ProviderFault? { reader.broken }

  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent] {
    if event.isDone { return [] }
    let (value, isCut) = try event.json()
    hasHalves = hasHalves || isCut
    if let error = ProviderErrorObject(in: value) {
      throw ChatFault.fault(error, inSuccess: value, response, hiding: key)
    }
    return reader.read(value)
  }
}
