import Shared

/// Puts the fragments of one tool call together.
struct ToolCallAssembler: Sendable {
  /// All members of the first fragment that has them, `function` apart.
  private var members: JSONObject = [:]
  private var name = ""
  private var arguments = ""

  mutating func add(_ fragment: JSONValue) {
    for (name, value) in fragment.object ?? [:]
    where name != "index" && name != "function" && members[name] == nil {
      members[name] = value
    }
    if name.isEmpty { name = fragment["function"]?["name"]?.string ?? "" }
    arguments += fragment["function"]?["arguments"]?.string ?? ""
  }

  var json: JSONValue {
    var call = members
    call["function"] = ["name": .string(name), "arguments": .string(arguments)]
    return .object(call)
  }
}
