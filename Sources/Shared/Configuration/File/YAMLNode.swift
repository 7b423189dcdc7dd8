/// A value of a YAML document, and the line on which it stands.
///
/// Only what a configuration needs: scalars keep their text, so that `0.15` is read as money and not as a
/// floating-point number, and whoever reads one decides what it means.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    /// `isPlain` is false for text in quotes and for block scalars, which are text whatever they look like.
    case scalar(String, isPlain: Bool)
    case list([YAMLNode])
    case mapping([Member])
  }

  struct Member: Sendable {
    let name: String
    let line: Int
    let value: YAMLNode
  }

  let content: Content
  /// From 1.
  let line: Int

  /// Whether nothing stands there: YAML 1.2's core schema has these ways of saying so.
  var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content {
      ["", "~", "null", "Null", "NULL"].contains(text)
    } else {
      false
    }
  }

  /// What kind of value it is, for people.
  var kind: String {
    switch content {
    case .scalar(_, isPlain: false): "text"
    case .scalar: isNull ? "nothing" : "a single value"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension YAMLNode {
  /// What it says as JSON, by YAML 1.2's JSON schema: plain `true`, `false`, `null` and numbers are no texts.
  var json: JSONValue {
    switch content {
    case .list(let elements): .array(elements.map(\.json))
    case .mapping(let members):
      .object(JSONObject(members.map { ($0.name, $0.value.json) }, uniquingKeysWith: { _, last in last }))
    case .scalar(let text, isPlain: false): .string(text)
    case .scalar(let text, isPlain: true):
      if isNull {
        .null
      } else if let value = try? JSONParser.parse(text), value.string == nil, value.array == nil,
        value.object == nil
      {
        value
      } else {
        .string(text)
      }
    }
  }
}
