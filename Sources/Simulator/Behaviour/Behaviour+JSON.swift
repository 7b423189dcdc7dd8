import Shared

extension Behaviour {
  /// The statuses of which every dialect knows an error body.
  static let statuses: Set<Int> = [
    400, 401, 402, 403, 404, 408, 413, 422, 429, 498, 500, 502, 503, 504, 529,
  ]

  /// Reads a behaviour from its JSON object; refuses unknown fields.
  init(_ json: JSONValue, place: String) throws(ScriptError) {
    var fields = try Fields(json, place: place)
    latencyMilliseconds = try fields.count("latency_ms")
    latencySpreadMilliseconds = try fields.count("latency_spread_ms")
    status = try fields.count("status", 200...599)
    retryAfter = try fields.number("retry_after", 0...1e12)
    quota = try fields.choice("quota", Quota.self) ?? .minute
    (body, rawBody) = try Self.body(&fields, place: place)
    headers = try Self.headers(fields.value("headers"), place: place)
    hang = try fields.choice("hang", Point.self)
    cut = try fields.choice("cut", Point.self)
    hangAfterEvents = try fields.count("hang_after_events")
    cutAfterEvents = try fields.count("cut_after_events")
    isBlocked = try fields.bool("blocked") ?? false
    answer = try fields.string("answer")
    toolCalls = try Self.toolCalls(fields.value("tool_calls"), place: place)
    hasNoUsage = try fields.bool("no_usage") ?? false
    usage = try Self.usage(fields.value("usage") ?? fields.value("tokens"), place: place)
    dripMilliseconds = try fields.count("drip_ms")
    isEndless = try fields.bool("endless") ?? false
    hasEndlessComments = try fields.bool("endless_comments") ?? false
    lineEnding = try fields.choice("line_ending", LineEnding.self)
    longLine = try fields.count("long_line", 0...(64 << 20))
    isGzipBomb = try fields.bool("gzip_bomb") ?? false
    hasHugeHeaders = try fields.bool("huge_headers") ?? false
    redirect = try fields.string("redirect")
    finishReason = try Self.finishReason(fields.value("finish_reason"), place: place)
    try fields.end()
    if let status, !Self.statuses.contains(status), rawBody == nil, redirect == nil, body == nil {
      throw ScriptError("\(place).status \(status) needs a body or a raw_body: no provider's body is known")
    }
  }

  /// `body` is one of ``Body`` or a text to send as it is. A bare word is always meant as one of ``Body``, so
  /// that a misspelt one is refused; `raw_body` takes any text.
  private static func body(
    _ fields: inout Fields, place: String
  ) throws(ScriptError) -> (Body?, raw: String?) {
    let raw = try fields.string("raw_body")
    guard let text = try fields.string("body") else { return (nil, raw) }
    if let body = Body(rawValue: text) { return (body, raw) }
    guard !text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    else { throw ScriptError("\(place).body has an unknown value \"\(text)\"") }
    return (nil, text)
  }

  private static func headers(_ json: JSONValue?, place: String) throws(ScriptError) -> [String: String] {
    guard let json else { return [:] }
    guard let members = json.object else { throw ScriptError("\(place).headers must be an object") }
    var headers: [String: String] = [:]
    for (name, value) in members {
      guard let text = value.string else { throw ScriptError("\(place).headers.\(name) must be a string") }
      headers[name] = text
    }
    return headers
  }

  private static func toolCalls(_ json: JSONValue?, place: String) throws(ScriptError) -> [ToolCall]? {
    guard let json else { return nil }
    guard let elements = json.array else { throw ScriptError("\(place).tool_calls must be an array") }
    var calls: [ToolCall] = []
    for (index, element) in elements.enumerated() {
      let place = "\(place).tool_calls[\(index)]"
      var fields = try Fields(element, place: place)
      guard let name = try fields.string("name") else { throw ScriptError("\(place) needs a name") }
      let arguments = fields.value("arguments") ?? [:]
      guard arguments.object != nil else { throw ScriptError("\(place).arguments must be an object") }
      try fields.end()
      calls.append(ToolCall(name: name, arguments: arguments))
    }
    return calls
  }

  private static func usage(_ json: JSONValue?, place: String) throws(ScriptError) -> Usage? {
    guard let json else { return nil }
    var fields = try Fields(json, place: "\(place).usage")
    // Negative and absurd counts are what a test may want; the sum of two must fit.
    let range = -1_000_000_000_000_000...1_000_000_000_000_000
    let usage = Usage(
      prompt: try fields.count("prompt", range) ?? 0, completion: try fields.count("completion", range) ?? 0,
      cached: try fields.count("cached", range) ?? 0, reasoning: try fields.count("reasoning", range) ?? 0)
    try fields.end()
    return usage
  }

  private static func finishReason(_ json: JSONValue?, place: String) throws(ScriptError) -> String? {
    guard let json else { return nil }
    if json.isNull { return "" }
    guard let reason = json.string else {
      throw ScriptError("\(place).finish_reason must be a string or null")
    }
    return reason
  }
}
