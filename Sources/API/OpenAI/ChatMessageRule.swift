import Shared

extension ValueRule where Value == [Turn] {
  /// The most messages of one conversation.
  private static var messageLimit: Int { 10_000 }

  /// A conversation in OpenAI's form, with all that it may hold. Null stands for absent.
  static var chatMessages: ValueRule {
    let message = BodySchema(
      startingFrom: ChatMessageBody(), others: \ChatMessageBody.others,
      [
        Field("role", \.role, .choice(), required: true, "Who says it."),
        Field(
          "content", \.content, .messageContent, "What is said: a text, or parts; absent beside tool calls."),
      ])
    return ValueRule<[ChatMessageBody]>
      .array(of: ValueRule<ChatMessageBody>.object(message).also(\.fault), count: 1...messageLimit)
      .checked(findStrayResults)
      // No conversation is a default.
      .mapped({ $0.map(\.turn) }, back: { _ in [] })
  }

  /// A result belongs to a call that an assistant made before it: OpenAI refuses any other.
  private static func findStrayResults(in messages: [ChatMessageBody], _ errors: inout ValidationErrors) {
    var calls: Set<String> = []
    for (index, message) in messages.enumerated() {
      if message.role == .assistant {
        // Of any type, not of functions alone.
        calls.formUnion(message.others["tool_calls"]?.array?.compactMap { $0["id"]?.string } ?? [])
      } else if message.role == .tool, let id = message.others["tool_call_id"]?.string, !calls.contains(id) {
        errors.add(
          .refused(
            "Input should be the 'id' of a call in the 'tool_calls' of an assistant's message before it"),
          at: [.index(index), "tool_call_id"])
      }
    }
  }
}

/// A message as it was sent.
private struct ChatMessageBody: Sendable {
  var role = Turn.Role.user
  var content: JSONValue?
  var others: JSONObject = [:]

  var turn: Turn {
    var members = others
    if let content { members["content"] = content }
    var turn = Turn(chat: members, role: role)
    turn.nameMakersOfCalls()
    return turn
  }

  /// What only becomes clear with the whole message.
  var fault: ValidationFault? {
    switch role {
    case .tool where others["tool_call_id"]?.string == nil:
      return .refused("A message with the role 'tool' should have the 'tool_call_id' that it answers")
    case .assistant:
      guard let json = others["tool_calls"], !json.isNull else { return nil }
      guard let calls = json.array, calls.allSatisfy({ $0["id"]?.string != nil && $0["type"]?.string != nil })
      else { return .refused("'tool_calls' should be an array of calls, each with its 'id' and 'type'") }
      return nil
    case .tool:
      return nil
    case .system, .developer, .user:
      return content == nil ? .refused("The message should have 'content'") : nil
    }
  }
}

extension ValueRule where Value == JSONValue {
  /// A text or parts.
  fileprivate static var messageContent: ValueRule {
    let parts = ValueRule<[JSONValue]>.array(of: .typedObject, count: 1...2048)
    return ValueRule(
      schema: ["anyOf": [["type": "string"], .object(parts.schema)]],
      read: { json, errors in
        switch json {
        case .string: return json
        case .array:
          guard let parts = parts.read(json, &errors) else { return nil }
          for (index, part) in parts.enumerated() {
            if let fault = fault(of: part) { errors.add(fault, at: [.index(index)]) }
          }
          return json
        default:
          errors.add(.notAStringOrArray)
          return nil
        }
      },
      write: { _ in .null })
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
