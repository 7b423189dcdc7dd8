import OrderedCollections

/// Names of members as Google takes them (https://protobuf.dev/programming-guides/json): `systemInstruction` and
/// `system_instruction` are one. What clients name themselves stays as it is.
enum GeminiMembers {
  /// Whose values are not Google's words: arguments, results, schemas and what they are made of.
  private static let foreign: Set<String> = [
    "args", "response", "parametersJsonSchema", "responseJsonSchema", "labels", "default", "example", "enum",
  ]

  /// An object with Google's names in camel case, at every depth, and without members that are null.
  static func camelCased(_ json: JSONValue) -> JSONValue { camelCased(json, depth: 0) }

  // The parser allows no deeper nesting than 64.
  private static func camelCased(_ json: JSONValue, depth: Int) -> JSONValue {
    switch json {
    case .array(let elements): return .array(elements.map { camelCased($0, depth: depth + 1) })
    case .object(let members):
      var renamed = JSONObject(minimumCapacity: members.count)
      for (name, value) in members where !value.isNull {
        let name = camelCase(name)
        if foreign.contains(name) {
          renamed[name] = value
        } else if name == "properties", case .object(let properties) = value {
          renamed[name] = .object(properties.mapValues { camelCased($0, depth: depth + 1) })
        } else {
          renamed[name] = camelCased(value, depth: depth + 1)
        }
      }
      return .object(renamed)
    default: return json
    }
  }

  private static func camelCase(_ name: String) -> String {
    guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
    let words = name.split(separator: "_")
    guard let first = words.first else { return name }
    return words.dropFirst().reduce(into: String(first)) { $0 += $1.prefix(1).uppercased() + $1.dropFirst() }
  }

  /// A list, which Google also takes as its only element.
  static func list(_ json: JSONValue?) -> [JSONValue]? {
    switch json {
    case nil: []
    case .array(let elements): elements
    case .object: json.map { [$0] }
    default: nil
    }
  }
}
