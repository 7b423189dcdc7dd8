public import OrderedCollections

/// What a model answered: the fold of its ``AnswerEvent``s. Stored, streamed and told again from this one form.
public struct Answer: Sendable, Hashable {
  /// One of the answers that were asked for; nearly always the only one.
  public struct Choice: Sendable, Hashable {
    public var parts: [Part] = []
    /// In the form of OpenAI's `choices[].logprobs`.
    public var logprobs: JSONObject = [:]
    /// Members of the message that only the provider's dialect knows.
    public var extras: JSONObject = [:]
    /// The same beside the message.
    public var members: JSONObject = [:]
    public var finishReason: FinishReason?

    public init(parts: [Part] = [], finishReason: FinishReason? = nil) {
      self.parts = parts
      self.finishReason = finishReason
    }
  }

  public var choices: [Choice]
  /// Zero where the provider did not say.
  public var usage = TokenUsage.zero
  /// Members beside the choices that only the provider's dialect knows.
  public var extras: JSONObject = [:]
  /// In which it was answered: all extras, here and in its choices, are words of this dialect.
  public var dialect = Dialect.chat

  public init() { choices = [Choice()] }

  public init(parts: [Part], finishReason: FinishReason, usage: TokenUsage = .zero) {
    choices = [Choice(parts: parts, finishReason: finishReason)]
    self.usage = usage
  }

  public init(_ text: String, finishReason: FinishReason, usage: TokenUsage = .zero) {
    self.init(parts: text.isEmpty ? [] : [.text(text)], finishReason: finishReason, usage: usage)
  }

  /// The first choice's text, parts joined.
  public var text: String { choices[0].parts.reduce(into: "") { $0 += $1.text ?? "" } }

  public var finishReason: FinishReason? { choices[0].finishReason }

  /// Whether nothing at all was said: no text, no call, no thought, nothing else.
  public var isEmpty: Bool {
    choices.allSatisfy { $0.parts.allSatisfy(\.isEmpty) && $0.extras.isEmpty }
  }

  public var hasToolCalls: Bool {
    choices.contains { choice in
      choice.parts.contains { if case .toolCall = $0 { true } else { false } }
    }
  }

  // MARK: - Events

  /// Takes the next event in.
  public mutating func apply(_ event: AnswerEvent) {
    switch event {
    case .part(let part, let index, let choice):
      grow(to: choice)
      if index < choices[choice].parts.count {
        choices[choice].parts[index].join(part)
      } else {
        choices[choice].parts.append(part)
      }
    case .logprobs(let logprobs, let choice):
      grow(to: choice)
      choices[choice].logprobs.joinLogprobs(logprobs)
    case .message(let members, let choice):
      grow(to: choice)
      choices[choice].extras.addMissing(of: members)
    case .choice(let members, let choice):
      grow(to: choice)
      choices[choice].members.joinChoice(members)
    case .extras(let members, let dialect):
      extras.replace(by: members)
      self.dialect = dialect
    case .finish(let reason, let choice):
      grow(to: choice)
      choices[choice].finishReason = reason
    case .usage(let usage): self.usage = usage
    }
  }

  private mutating func grow(to choice: Int) {
    while choices.count <= choice { choices.append(Choice()) }
  }

  /// The answer told again: its fold is this answer. How it ended and what it used stand in the job's result.
  public var delta: AnswerDelta {
    var events: [AnswerEvent] = []
    if !extras.isEmpty { events.append(.extras(extras, dialect)) }
    for (number, choice) in choices.enumerated() {
      if !choice.extras.isEmpty { events.append(.message(choice.extras, choice: number)) }
      for (index, part) in choice.parts.enumerated() { events.append(.part(part, at: index, choice: number)) }
      if !choice.logprobs.isEmpty { events.append(.logprobs(choice.logprobs, choice: number)) }
      if !choice.members.isEmpty { events.append(.choice(choice.members, choice: number)) }
    }
    return AnswerDelta(distinct: events)
  }
}

extension JSONObject {
  /// Lists go on; of anything else the later one counts.
  mutating func joinLogprobs(_ more: JSONObject) {
    for (name, value) in more {
      if case .array(let elements) = value, case .array(var known) = self[name] {
        self[name] = .null
        known += elements
        self[name] = .array(known)
      } else if !value.isNull || self[name] == nil {
        self[name] = value
      }
    }
  }
}
