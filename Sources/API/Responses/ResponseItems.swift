import OrderedCollections
import Shared

/// The items of a request's input, as they are listed.
enum ResponseItems {
  /// The input as items: a text is a message.
  static func list(_ input: JSONValue?) -> [JSONValue] {
    switch input {
    case .string(let text)?: [["type": "message", "role": "user", "content": .string(text)]]
    case .array(let items)?: items
    default: []
    }
  }

  /// The same with all members that a reader expects, each under an id of its own: the client's, where it has one and no
  /// other before it has the same.
  static func shown(_ items: [JSONValue], token: String, known: inout Set<String>) -> [JSONValue] {
    items.enumerated().map { index, item in
      guard case .object(var members) = item else { return item }
      if members["type"] == nil, members["role"] != nil { members["type"] = "message" }
      let type = members["type"]?.string ?? "item"
      if type == "message" { showMessage(&members) }
      let id = members["id"]?.string
      if id.map({ $0.isEmpty || known.contains($0) }) ?? true {
        members["id"] = .string("\(prefix(of: type))_\(token)i\(index)")
      }
      if let id = members["id"]?.string { known.insert(id) }
      return .object(members)
    }
  }

  private static func showMessage(_ members: inout JSONObject) {
    if members["status"] == nil { members["status"] = "completed" }
    guard let text = members["content"]?.string else { return }
    members["content"] =
      members["role"] == "assistant"
      ? [["type": "output_text", "text": .string(text), "annotations": []]]
      : [["type": "input_text", "text": .string(text)]]
  }

  private static func prefix(of type: String) -> String {
    switch type {
    case "message": "msg"
    case "reasoning": "rs"
    case "function_call", "function_call_output": "fc"
    case "custom_tool_call", "custom_tool_call_output": "ctc"
    default: "item"
    }
  }
}
