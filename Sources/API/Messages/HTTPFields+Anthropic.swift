import HTTPTypes
import Hummingbird
import Shared

extension Request {
  /// Whether it is one of Anthropic's clients: on the routes that are theirs, and where they say so on those that others
  /// have, too.
  var isAnthropics: Bool {
    let path = uri.path
    if path.hasPrefix("/v1/messages") || path.hasPrefix("/messages") { return true }
    return path.hasPrefix("/v1/models") && headers.value(of: .anthropicVersion) != nil
  }
}

extension HTTPFields {
  /// What Anthropic's clients say to their own provider, names in lower case.
  var ofAnthropic: JSONObject {
    var headers: JSONObject = [:]
    for name in [HTTPField.Name.anthropicVersion, .anthropicBeta] {
      if let value = value(of: name), !value.isEmpty { headers[name.canonicalName] = .string(value) }
    }
    return headers
  }

  /// Adds what Anthropic's clients read of limits (https://platform.claude.com/docs/en/api/rate-limits#response-headers);
  /// `now` is in Unix milliseconds.
  mutating func addAnthropicLimits(_ states: RateLimitStates, at now: Int64) {
    for (kind, state) in [("requests", states.requests), ("tokens", states.tokens)] {
      guard let state else { continue }
      let reset = Timestamp.format(unixMilliseconds: now + state.reset.wholeMilliseconds)
      for (name, value) in [
        ("limit", String(state.limit)), ("remaining", String(state.remaining)), ("reset", reset),
      ] {
        guard let field = HTTPField.Name("anthropic-ratelimit-\(kind)-\(name)") else { continue }
        append(HTTPField(name: field, value: value))
      }
    }
  }
}

extension HTTPField.Name {
  // Each name is a valid token, so the failable initialiser cannot fail.
  // swift-format-ignore: NeverForceUnwrap
  static let anthropicVersion = Self("anthropic-version")!
  // swift-format-ignore: NeverForceUnwrap
  static let anthropicBeta = Self("anthropic-beta")!
  /// As Anthropic names what is `X-Request-Id` elsewhere.
  // swift-format-ignore: NeverForceUnwrap
  static let anthropicRequestID = Self("request-id")!
}
