import Shared

extension ValueRule where Value == [ChatMessage] {
  /// The most messages of one conversation.
  private static var messageLimit: Int { 10_000 }

  /// A conversation in OpenAI's form, with all that it may hold.
  static var chatMessages: ValueRule {
    let message = BodySchema(
      startingFrom: ChatMessage(role: .user, content: .none), others: \ChatMessage.members,
      [
        Field("role", \.role, .choice(), required: true, "Who says it."),
        Field(
          "content", \.content, .messageContent, "What is said: a text, or parts; absent beside tool calls."),
      ])
    let rule = ValueRule<ChatMessage>.object(message).changed(droppingNulls).also(fault)
    return .array(of: rule, count: 1...messageLimit)
      .checked(findStrayResults)
  }

  /// A call that is sent back has all members that its provider's answer had, many of them null.
  private static func droppingNulls(_ message: inout ChatMessage) {
    guard let calls = message.members["tool_calls"]?.array else { return }
    message.members["tool_calls"] = .array(calls.map { $0.withoutNulls(under: ["function", "custom"]) })
  }

  /// A result belongs to a call that an assistant made before it: OpenAI refuses any other.
  private static func findStrayResults(in messages: [ChatMessage], _ errors: inout ValidationErrors) {
    var calls: Set<String> = []
    for (index, message) in messages.enumerated() {
      if message.role == .assistant {
        // Of any type, not of functions alone.
        calls.formUnion(message.members["tool_calls"]?.array?.compactMap { $0["id"]?.string } ?? [])
      } else if message.role == .tool, let id = message.toolCallID, !calls.contains(id) {
        errors.add(
          .refused(
            "Input should be the 'id' of a call in the 'tool_calls' of an assistant's message before it"),
          at: [.index(index), "tool_call_id"])
      }
    }
  }

  /// What only becomes clear with the whole message.
  private static func fault(of message: ChatMessage) -> ValidationFault? {
    switch message.role {
    case .tool where message.toolCallID == nil:
      return .refused("A message with the role 'tool' should have the 'tool_call_id' that it answers")
    case .assistant where message.members["tool_calls"] != nil:
      let calls = message.members["tool_calls"]?.array
      guard let calls, calls.allSatisfy({ $0["id"]?.string != nil && $0["type"]?.string != nil }) else {
        return .refused("'tool_calls' should be an array of calls, each with its 'id' and 'type'")
      }
      return nil
    case .assistant:
      return nil
    default:
      return message.content == .none ? .refused("The message should have 'content'") : nil
    }
  }
}

extension ValueRule where Value == MessageContent {
  /// What holds a part's content, by OpenAI's names.
  private static var partMembers: [String] { ["image_url", "input_audio", "file"] }

  /// A text or parts.
  fileprivate static var messageContent: ValueRule {
    let parts = ValueRule<[JSONValue]>.array(
      of: .typedObject.withoutNulls(under: partMembers), count: 1...2048)
    return ValueRule(
      schema: ["anyOf": [["type": "string"], .object(parts.schema)]],
      read: { json, errors in
        switch json {
        case .string(let text): return .text(text)
        case .array:
          guard let parts = parts.read(json, &errors) else { return nil }
          return .parts(read(parts, &errors))
        default:
          errors.add(.notAStringOrArray)
          return nil
        }
      },
      write: { _ in .null })
  }

  private static func read(_ parts: [JSONValue], _ errors: inout ValidationErrors) -> [ContentPart] {
    parts.enumerated().map { index, json in
      let part = ContentPart(json)
      if case .other = part, let fault = fault(of: json) { errors.add(fault, at: [.index(index)]) }
      return part
    }
  }

  /// What is wrong with a part of a kind that Sluice itself reads.
  private static func fault(of part: JSONValue) -> ValidationFault? {
    switch part["type"]?.string {
    case "text" where part["text"]?.string == nil: .refused("A text part should have 'text'")
    case "image_url" where part["image_url"]?["url"]?.string == nil:
      .refused("An image part should have 'image_url' with a 'url'")
    default: nil
    }
  }
}
