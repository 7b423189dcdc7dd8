import Shared

/// Gathers what cannot be carried over, each place once.
struct LiteLLMFindings: Sendable {
  private(set) var list: [LiteLLMFinding] = []

  mutating func left(_ place: String, _ reason: String) { add(.left, place, reason) }

  mutating func changed(_ place: String, _ reason: String) { add(.changed, place, reason) }

  private mutating func add(_ kind: LiteLLMFinding.Kind, _ place: String, _ reason: String) {
    let finding = LiteLLMFinding(kind: kind, place: place, reason: reason)
    if !list.contains(finding) { list.append(finding) }
  }

  /// The elements of what has to be a list; notes what is something else.
  mutating func list(_ value: JSONValue?, at place: String) -> [JSONValue] {
    if let list = value?.array { return list }
    if value?.saysSomething == true { left(place, "it is no list") }
    return []
  }

  /// The members of what has to be an object; notes what is something else.
  mutating func members(_ value: JSONValue?, at place: String) -> JSONObject {
    if let members = value?.object { return members }
    if value?.saysSomething == true { left(place, "it is no object") }
    return [:]
  }

  /// A name as records have it; notes what is cut or replaced.
  mutating func name(_ text: String, at place: String) -> String? {
    let plain = String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(200).map { MemberRules.isControl($0) ? " " : $0 }))
    guard plain.contains(where: { !$0.isWhitespace }) else {
      left(place, "a name that is blank is none here")
      return nil
    }
    if plain != text {
      changed(place, "a name has at most 200 characters and no control characters; it becomes \"\(plain)\"")
    }
    return plain
  }

  /// Notes all members that nobody has read and that say something.
  mutating func left(
    membersOf object: JSONObject, besides read: Set<String>, at place: String, hints: [String: String] = [:]
  ) {
    for (name, value) in object where !read.contains(name) && value.saysSomething {
      left("\(place).\(name)", hints[name] ?? "nothing here takes its place")
    }
  }
}

extension JSONValue {
  /// Whether it is more than a default that LiteLLM writes for what nobody said.
  var saysSomething: Bool {
    switch self {
    case .null, .bool(false): false
    case .string(let text): !text.isEmpty && text != "False"
    case .array(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    default: true
    }
  }
}
