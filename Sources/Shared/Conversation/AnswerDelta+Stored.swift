/// A delta as it stands in the log of a job's events.
extension AnswerDelta {
  /// Writes members of an object. A text that goes on is by far the most of what is told, so it is told shortly.
  func write(to json: inout JSONWriter) {
    json.name("events")
    json.array { json in for event in events { event.write(to: &json) } }
  }

  /// Reads what ``write(to:)`` writes; nil for anything else.
  init?(stored json: JSONValue) {
    guard let events = json["events"]?.array else { return nil }
    self.init(distinct: events.compactMap(AnswerEvent.init(stored:)))
  }
}

extension AnswerEvent {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      switch self {
      case .part(let part, let index, let choice):
        json.member("at", Int64(index))
        json.choice(choice)
        json.name("part")
        part.write(to: &json)
      case .logprobs(let members, let choice):
        json.member("logprobs", json: .object(members))
        json.choice(choice)
      case .message(let members, let choice):
        json.member("message", json: .object(members))
        json.choice(choice)
      case .choice(let members, let choice):
        json.member("members", json: .object(members))
        json.choice(choice)
      case .extras(let members, let dialect):
        json.member("extras", json: .object(members))
        json.unlessChat(dialect)
      case .finish(let reason, let choice):
        json.member("finish", reason.rawValue)
        json.choice(choice)
      case .usage(let usage):
        json.name("usage")
        usage.write(to: &json)
      }
    }
  }

  fileprivate init?(stored json: JSONValue) {
    let choice = json["choice"]?.integer.map { Int($0) } ?? 0
    if let index = json["at"]?.integer, let part = json["part"].flatMap(Part.init(stored:)) {
      self = .part(part, at: Int(index), choice: choice)
    } else if let members = json["logprobs"]?.object {
      self = .logprobs(members, choice: choice)
    } else if let members = json["message"]?.object {
      self = .message(members, choice: choice)
    } else if let members = json["members"]?.object {
      self = .choice(members, choice: choice)
    } else if let members = json["extras"]?.object {
      self = .extras(members, json["dialect"]?.string.flatMap(Dialect.init) ?? .chat)
    } else if let reason = json["finish"]?.string.flatMap(FinishReason.init) {
      self = .finish(reason, choice: choice)
    } else if let usage = json["usage"], !usage.isNull {
      self = .usage(TokenUsage(openAI: usage))
    } else {
      return nil
    }
  }
}

extension JSONWriter {
  /// What versions before wrote was always OpenAI's.
  mutating func unlessChat(_ dialect: Dialect) {
    if dialect != .chat { member("dialect", dialect.rawValue) }
  }

  fileprivate mutating func choice(_ choice: Int) {
    if choice > 0 { member("choice", Int64(choice)) }
  }
}
