import Shared

extension ToolCall {
  /// The whole call in the form of OpenAI's deltas. `index` counts the calls of an answer.
  func fragment(at index: Int) -> JSONValue {
    var members: JSONObject = ["index": .integer(Int64(index))]
    for (name, value) in json.object ?? [:] { members[name] = value }
    return .object(members)
  }
}
