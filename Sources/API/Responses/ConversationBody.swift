import Shared

/// The bodies of `/v1/conversations` and of what is below it.
struct ConversationBody: Sendable {
  var items: [JSONValue] = []
  var metadata: JSONObject = [:]

  /// As many items are put in at once at most, as at OpenAI.
  private static let mostItems = 20

  static let creation = BodySchema(
    startingFrom: ConversationBody(),
    [
      Field(
        "items", \.items, .conversationItems(count: 0...mostItems),
        "What was said before: messages, calls and their outputs, reasoning."),
      metadata(required: false),
    ])

  static let description = BodySchema(startingFrom: ConversationBody(), [metadata(required: true)])

  static let addition = BodySchema(
    startingFrom: ConversationBody(),
    [
      Field(
        "items", \.items, .conversationItems(count: 1...mostItems), required: true,
        "What comes behind all that is there.")
    ])

  private static func metadata(required: Bool) -> Field<ConversationBody> {
    Field(
      "metadata", \.metadata, .pairs(most: 16, nameLength: 64, valueLength: 512), required: required,
      "Kept with the conversation, and returned with it.")
  }
}

extension ValueRule where Value == [JSONValue] {
  /// Items as a response's input has them, each of which can be read by itself.
  fileprivate static func conversationItems(count: ClosedRange<Int>) -> ValueRule {
    ValueRule<[JSONValue]>.array(of: .anyObject, count: count).checked { items, errors in
      for (index, item) in items.enumerated() {
        let known = errors.issues.count
        for fault in item.faults { errors.add(fault) }
        errors.locate(under: .index(index), since: known)
      }
    }
  }
}

extension JSONValue {
  /// What is wrong with an item by itself. A call may come without its output, and before it: that is looked at when a response
  /// is asked.
  fileprivate var faults: [InputFault] {
    let call = self["call_id"] ?? .null
    switch self["type"]?.string {
    case "function_call":
      return faults(before: ["type": "function_call_output", "call_id": call, "output": ""])
    case "custom_tool_call":
      return faults(before: ["type": "custom_tool_call_output", "call_id": call, "output": ""])
    case "function_call_output":
      return faults(behind: ["type": "function_call", "call_id": call, "name": "f", "arguments": ""])
    case "custom_tool_call_output":
      return faults(behind: ["type": "custom_tool_call", "call_id": call, "name": "f", "input": ""])
    default: return Self.faults(of: [self], at: 0)
    }
  }

  private func faults(before output: JSONValue) -> [InputFault] { Self.faults(of: [self, output], at: 0) }

  private func faults(behind call: JSONValue) -> [InputFault] { Self.faults(of: [call, self], at: 1) }

  private static func faults(of items: [JSONValue], at index: Int) -> [InputFault] {
    ResponsesInput(.array(items)).faults.compactMap { $0.beginning(with: .index(index)) }
  }
}
