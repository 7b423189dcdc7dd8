import OrderedCollections

/// What a member evidently means that has another JSON type than its dialect documents: nothing of an answer is thrown
/// away for that.
enum EvidentForm {
  /// The text of a call's arguments; some servers send the object itself.
  static func arguments(_ json: JSONValue?) -> String? {
    switch json {
    case .string(let text): text
    case .object: json?.description
    default: nil
    }
  }

  /// The same where an object is documented: some servers send its text, or nothing for a call without arguments.
  static func object(_ json: JSONValue?) -> String {
    switch json {
    case nil, .null, .string("")?: "{}"
    case .string(let text): text
    case let json?: json.description
    }
  }

  /// A list of parts: a text stands for a part of it, and a part for a list of one.
  static func parts(_ json: JSONValue?, _ part: (JSONValue) -> JSONValue) -> [JSONValue] {
    switch json {
    case .array(let parts) where parts.contains { $0.string != nil }:
      parts.map { $0.string == nil ? $0 : part($0) }
    case .array(let parts): parts
    case .string(let text)?: text.isEmpty ? [] : [part(.string(text))]
    case .object(let members)?: [.object(members)]
    default: []
    }
  }
}
