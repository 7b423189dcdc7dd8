/// An answer as it is stored with its job; usage, finish reason of the first choice and cost stand beside it.
extension Answer {
  /// Whether the answer is a text and nothing else, as most are, which needs no form of its own.
  var isPlainText: Bool {
    guard choices.count == 1, extras.isEmpty, choices[0].logprobs.isEmpty, choices[0].extras.isEmpty,
      choices[0].members.isEmpty
    else { return false }
    switch choices[0].parts.count {
    case 0: return true
    case 1:
      guard case .text(let part) = choices[0].parts[0] else { return false }
      return part.extras.isEmpty && !part.text.isEmpty
    default: return false
    }
  }

  /// Writes members of an object.
  func write(to json: inout JSONWriter) {
    json.name("choices")
    json.array { json in
      for choice in choices {
        json.object { json in
          json.name("parts")
          json.array { for part in choice.parts { part.write(to: &$0) } }
          if !choice.logprobs.isEmpty { json.member("logprobs", json: .object(choice.logprobs)) }
          if !choice.extras.isEmpty { json.member("extras", json: .object(choice.extras)) }
          if !choice.members.isEmpty { json.member("members", json: .object(choice.members)) }
          if let reason = choice.finishReason { json.member("finish_reason", reason.rawValue) }
        }
      }
    }
    if !extras.isEmpty { json.member("extras", json: .object(extras)) }
    json.unlessChat(dialect)
  }

  /// Reads what ``write(to:)`` writes; nil for anything else.
  init?(stored json: JSONValue) {
    guard let choices = json["choices"]?.array, !choices.isEmpty else { return nil }
    self.choices = choices.map { json in
      var choice = Choice(
        parts: json["parts"]?.array?.compactMap(Part.init(stored:)) ?? [],
        finishReason: json["finish_reason"]?.string.flatMap(FinishReason.init))
      choice.logprobs = json["logprobs"]?.object ?? [:]
      choice.extras = json["extras"]?.object ?? [:]
      choice.members = json["members"]?.object ?? [:]
      return choice
    }
    extras = json["extras"]?.object ?? [:]
    dialect = json["dialect"]?.string.flatMap(Dialect.init) ?? .chat
  }
}
