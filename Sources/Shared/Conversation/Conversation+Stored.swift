public import NIOCore
import OrderedCollections

/// Conversations as they are stored with their jobs when they were asked in another form than OpenAI's chat: turn by turn
/// and part by part, in the order in which they came. Those asked in that form are stored in it, as they always were.
extension Conversation {
  /// The member that tells this form from the other.
  static let storedTurns = "turns"

  /// Compact JSON in one fixed order: equal conversations have equal bytes.
  public var stored: ByteBuffer {
    var json = JSONWriter(capacity: 256 + turns.reduce(0) { $0 + $1.weight + 40 })
    json.object { json in
      json.member("dialect", dialect.rawValue)
      json.member("model", model)
      json.name("parameters")
      json.object { parameters.write(to: &$0) }
      json.name("turns")
      json.array { for turn in turns { turn.write(to: &$0) } }
      if !tools.isEmpty { json.member("tools", json: .array(tools.map(\.stored))) }
      if let toolChoice { json.member("tool_choice", json: toolChoice.stored) }
      if !headers.isEmpty { json.member("headers", json: .object(headers)) }
      if !extras.isEmpty { json.member("extras", json: .object(extras)) }
    }
    return json.buffer
  }

  /// Reads ``stored``. Throws ``StoredJobError`` for anything else.
  init(storedTurns value: JSONValue) throws(StoredJobError) {
    guard let model = value["model"]?.string, let turns = value[Self.storedTurns]?.array else {
      throw .unreadable(what: "request", "a member is missing")
    }
    guard let dialect = value["dialect"]?.string.flatMap(Dialect.init) else {
      throw .unreadable(what: "request", "its dialect is unknown")
    }
    self.init(
      model: model,
      turns: try turns.map { (json) throws(StoredJobError) in
        guard let turn = Turn(stored: json) else {
          throw .unreadable(what: "request", "a turn is malformed")
        }
        return turn
      }, tools: (value["tools"]?.array ?? []).map(Tool.init(stored:)),
      toolChoice: value["tool_choice"].map(ToolChoice.init(stored:)),
      parameters: Parameters(stored: value["parameters"]), dialect: dialect,
      extras: value["extras"]?.object ?? [:], headers: value["headers"]?.object ?? [:])
  }
}

extension Turn {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("role", role.rawValue)
      if let name { json.member("name", name) }
      json.name("parts")
      json.array { for part in parts { part.write(to: &$0) } }
      if !extras.isEmpty { json.member("extras", json: .object(extras)) }
    }
  }

  fileprivate init?(stored json: JSONValue) {
    guard let role = json["role"]?.string.flatMap(Role.init), let parts = json["parts"]?.array else {
      return nil
    }
    self.init(
      role: role, parts: parts.compactMap(Part.init(stored:)), name: json["name"]?.string,
      extras: json["extras"]?.object ?? [:])
    // A part of a later version's would be lost.
    if self.parts.count != parts.count { return nil }
  }
}
