import OrderedCollections

/// Reads answers in OpenAI's form, whole and in pieces (https://platform.openai.com/docs/api-reference/chat/object).
struct ChatAnswerReader: Sendable {
  private let maker: String
  private let isWhole: Bool
  private var choices: [ChatChoiceReader] = []
  private var told: JSONObject = [:]
  private(set) var hasFinished = false
  private var isBroken = false
  /// A word for the end of an answer that Sluice does not know.
  private(set) var unknownFinishReason: String?

  /// `maker` is the provider's name; `isWhole` says that the answer comes at once, and not in pieces.
  init(maker: String, isWhole: Bool = false) {
    self.maker = maker
    self.isWhole = isWhole
  }

  /// The whole answer of a body. Throws what is wrong with it.
  static func whole(_ value: JSONValue, maker: String) throws(ProviderFault) -> (Answer, unknown: String?) {
    guard let choices = value["choices"]?.array else { throw .failing("no choices in the answer") }
    var reader = ChatAnswerReader(maker: maker, isWhole: true)
    var answer = Answer()
    for event in reader.read(value) { answer.apply(event) }
    if let broken = reader.broken { throw broken.leaving(answer) }
    // What came whole has ended, whether or not it says so.
    for number in answer.choices.indices where answer.choices[number].finishReason == nil && !choices.isEmpty
    {
      answer.choices[number].finishReason = answer.hasToolCalls ? .toolCalls : .stop
    }
    return (answer, reader.unknownFinishReason)
  }

  /// Of an answer whose provider says of one of its choices that it is broken.
  var broken: ProviderFault? { isBroken ? .failing("error in mid-answer") : nil }

  /// What a body or a chunk brings.
  mutating func read(_ value: JSONValue) -> [AnswerEvent] {
    var events: [AnswerEvent] = []
    for (position, json) in (value["choices"]?.array ?? []).enumerated() {
      guard case .object(let members) = json else { continue }
      let choice = members["index"]?.integer.map { Int(clamping: $0) } ?? position
      guard (0..<128).contains(choice) else { continue }
      while choices.count <= choice {
        choices.append(ChatChoiceReader(choice: choices.count, maker: maker, isWhole: isWhole))
      }
      // Some servers send both, and what is not of the form in which they answer says nothing.
      let (own, other) = isWhole ? ("message", "delta") : ("delta", "message")
      let message = members[own]?.object ?? members[other]?.object ?? [:]
      choices[choice].read(members, message: message, into: &events)
      readFinish(members["finish_reason"], choice, &events)
      // Moonshot's usage stands in the last choice of a stream.
      if let usage = members["usage"], usage.object != nil, value["usage"]?.isNull ?? true {
        events.append(.usage(TokenUsage(openAI: usage)))
      }
    }
    readMembers(value.object ?? [:], &events)
    return events
  }

  private mutating func readFinish(_ json: JSONValue?, _ choice: Int, _ events: inout [AnswerEvent]) {
    var reason: FinishReason
    switch ChatFinishReason.reading(json) {
    case .none: return
    case .broken:
      isBroken = true
      return
    case .ended(let ended): reason = ended
    case .unknown(let word):
      unknownFinishReason = word
      reason = .stop
    }
    // A call is to be made, whatever the provider calls it.
    if reason == .stop, choices[choice].hasCalls { reason = .toolCalls }
    hasFinished = true
    events.append(.finish(reason, choice: choice))
  }

  private mutating func readMembers(_ members: JSONObject, _ events: inout [AnswerEvent]) {
    for (name, value) in members where !value.isNull {
      switch name {
      // Sluice has an id, a time and a model of its own; `obfuscation` is padding.
      case "id", "object", "created", "model", "choices", "obfuscation", "error": break
      case "usage": events.append(.usage(TokenUsage(openAI: value)))
      case "x_groq":
        // Groq's usage stands apart, in the last chunk.
        if let usage = value["usage"], !usage.isNull, members["usage"]?.isNull ?? true {
          events.append(.usage(TokenUsage(openAI: usage)))
        }
      default:
        guard told[name] != value else { continue }
        told[name] = value
        events.append(.extras([name: value], .chat))
      }
    }
  }
}
