import OrderedCollections

/// How an answer ended, as Anthropic's clients are told.
struct MessagesEnd {
  let reason: String
  let sequence: String?
  /// What Anthropic itself said of it.
  private let own: JSONObject

  init(_ answer: Answer) {
    own = answer.dialect == .messages ? answer.extras : [:]
    sequence = own["stop_sequence"]?.string
    reason = own["stop_reason"]?.string ?? Self.reason(of: answer, sequence: sequence)
  }

  private static func reason(of answer: Answer, sequence: String?) -> String {
    switch answer.finishReason {
    case .length: "max_tokens"
    case .contentFilter: "refusal"
    // A call is to be made, whatever the provider says; without one there is nothing to wait for.
    case _ where answer.hasToolCalls: "tool_use"
    case .stop, .toolCalls, nil:
      sequence != nil
        ? "stop_sequence" : answer.choices[0].parts.contains(where: \.isRefusal) ? "refusal" : "end_turn"
    }
  }

  /// What stands in `message_delta.delta`, and in a whole message.
  var members: JSONObject {
    var members: JSONObject = [
      "stop_reason": .string(reason), "stop_sequence": sequence.map(JSONValue.string) ?? .null,
    ]
    for name in ["stop_details", "container"] { if let value = own[name] { members[name] = value } }
    return members
  }

  /// What stands beside it.
  var beside: JSONObject {
    own.filter { !["stop_reason", "stop_sequence", "stop_details", "container", "usage"].contains($0.key) }
  }

  var ownUsage: JSONObject { own["usage"]?.object ?? [:] }
}

extension Part {
  fileprivate var isRefusal: Bool { if case .refusal = self { true } else { false } }
}
