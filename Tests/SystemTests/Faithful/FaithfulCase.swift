import Shared
import TestSupport

/// One row of the table: what providers answer, what clients ask, and what must come of it.
struct FaithfulCase: Sendable {
  /// A target of the case's route.
  struct Target: Sendable {
    let dialect: String
    let model: String
    /// Further members of the provider in the configuration file.
    let members: JSONObject
    let answers: [ScriptedAnswer]
  }

  /// How a request is put, each with answers that say the same.
  enum Way: String, Sendable {
    /// Without the cache.
    case whole, streamed
    /// Whole and then from the cache, whole and streamed.
    case stored
    /// Streamed and then from the cache, streamed and whole.
    case storedStream = "stored stream"
    /// Two equal requests at once.
    case coalesced
    /// With what the client said of the cache, and no more.
    case plain
    case plainStream = "plain stream"
  }

  struct Ask: Sendable {
    let path: String
    let body: JSONObject
    let headers: [String: String]
    let ways: [Way]
    let expected: Expectation
  }

  /// What a target got.
  struct Sent: Sendable {
    let target: Int
    /// Which of its requests; the last one where it is not said.
    let call: Int?
    let expected: Expectation
    /// Texts that are nowhere in its body.
    let without: [String]
  }

  struct Misspelt: Error, CustomStringConvertible {
    let description: String
  }

  let name: String
  let targets: [Target]
  /// Further members of the route.
  let route: JSONObject
  let asks: [Ask]
  /// How often each target is asked in all.
  let calls: [Int]
  let sent: [Sent]
  /// Whether every circuit is closed afterwards.
  let leavesCircuitsClosed: Bool

  init(_ json: JSONValue) throws {
    name = json["name"]?.string ?? ""
    try Self.check(json, ["name", "targets", "route", "asks", "calls", "sent", "circuits"], name)
    targets = try (json["targets"]?.array ?? []).map { target in
      try Self.check(target, ["dialect", "model", "provider", "answers"], json["name"]?.string ?? "")
      return Target(
        dialect: target["dialect"]?.string ?? "openai", model: target["model"]?.string ?? "m",
        members: target["provider"]?.object ?? [:],
        answers: (target["answers"]?.array ?? []).map(ScriptedAnswer.init))
    }
    route = json["route"]?.object ?? [:]
    asks = try (json["asks"]?.array ?? []).map(Self.ask)
    sent = try (json["sent"]?.array ?? []).map(Self.sent)
    leavesCircuitsClosed = json["circuits"] != "any"
    if let calls = json["calls"]?.array {
      self.calls = calls.map { Int($0.integer ?? -1) }
    } else {
      guard targets.count == 1 else { throw Misspelt(description: "\(name): several targets need calls") }
      calls = [asks.reduce(0) { $0 + $1.ways.count }]
    }
  }

  private static func ask(_ json: JSONValue) throws -> Ask {
    try check(
      json, ["path", "body", "headers", "ways", "status", "members", "absent", "replies", "job", "breaks"],
      "asks")
    let ways = try (json["ways"]?.array ?? ["whole"]).map { name in
      guard let way = name.string.flatMap(Way.init(rawValue:)) else {
        throw Misspelt(description: "way \(name)")
      }
      return way
    }
    return Ask(
      path: json["path"]?.string ?? "/v1/chat/completions", body: json["body"]?.object ?? [:],
      headers: (json["headers"]?.object ?? [:]).compactMapValues(\.string).reduce(into: [:]) {
        $0[$1.key] = $1.value
      },
      ways: ways, expected: Expectation(json))
  }

  private static func sent(_ json: JSONValue) throws -> Sent {
    try check(json, ["target", "call", "members", "absent", "replies", "without"], "sent")
    return Sent(
      target: Int(json["target"]?.integer ?? 0), call: json["call"]?.integer.map { Int($0) },
      expected: Expectation(json), without: (json["without"]?.array ?? []).compactMap(\.string))
  }

  /// A misspelt member would be an expectation that nobody looks at.
  private static func check(_ json: JSONValue, _ names: Set<String>, _ place: String) throws {
    for name in (json.object ?? [:]).keys where !names.contains(name) {
      throw Misspelt(description: "\(place) has no member \(name)")
    }
  }
}
