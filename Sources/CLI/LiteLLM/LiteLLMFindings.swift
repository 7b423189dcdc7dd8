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
