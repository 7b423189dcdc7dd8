import HTTPTypes
import Shared

extension HTTPFields {
  /// A field's value; those of several fields of that name with commas between (RFC 9110 section 5.3). The subscript says
  /// the same at several times the cost, because it joins the values of a single field, too.
  func value(of name: HTTPField.Name) -> String? {
    var found: String?
    for field in self where field.name == name {
      found = found.map { "\($0), \(field.value)" } ?? field.value
    }
    return found
  }

  /// What the client calls itself, as lines and spans show it: a client may send kilobytes of it.
  var shownUserAgent: String? { value(of: .userAgent)?.beginning(bytes: 256) }

  /// Whether the client waits for `100 Continue` before it sends its body (RFC 9110 section 10.1.1).
  var expectsContinue: Bool { value(of: .expect)?.lowercased() == "100-continue" }

  /// Whether the client expects something that no server does.
  var expectsUnknown: Bool {
    value(of: .expect).map { $0.lowercased() != "100-continue" } ?? false
  }

  /// Adds the limit headers of the contract; OpenAI writes its reset as a duration such as `6s`.
  mutating func addLimits(_ states: RateLimitStates) {
    if let state = states.requests {
      let (limit, remaining, reset) = Self.texts(of: state)
      append(HTTPField(name: .rateLimitLimit, value: limit))
      append(HTTPField(name: .rateLimitRemaining, value: remaining))
      append(HTTPField(name: .rateLimitReset, value: reset))
      append(HTTPField(name: .openAILimit, value: limit))
      append(HTTPField(name: .openAIRemaining, value: remaining))
      append(HTTPField(name: .openAIReset, value: reset + "s"))
    }
    if let state = states.tokens {
      let (limit, remaining, reset) = Self.texts(of: state)
      append(HTTPField(name: .openAITokenLimit, value: limit))
      append(HTTPField(name: .openAITokensRemaining, value: remaining))
      append(HTTPField(name: .openAITokenReset, value: reset + "s"))
    }
  }

  private static func texts(of state: RateLimitState) -> (limit: String, remaining: String, reset: String) {
    (
      String(state.limit), String(state.remaining), String((state.reset.wholeMilliseconds + 999) / 1000)
    )
  }
}
