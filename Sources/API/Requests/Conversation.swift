import Shared

extension ValueRule where Value == [Turn] {
  /// The most messages of one conversation.
  private static var messageLimit: Int { 256 }

  /// A conversation in OpenAI's form. All of its text together may have so many Unicode scalars.
  static func conversation(maxCharacters: Int) -> ValueRule {
    let message = BodySchema(
      startingFrom: TextMessage(),
      [
        Field(
          "role", \.role, .choice(of: [.system, .developer, .user, .assistant]), required: true,
          "Who says it."),
        Field(
          "content", \.content, .messageContent(maxCharacters: maxCharacters), required: true,
          "What is said: a text, or text parts, which are joined."),
      ])
    return ValueRule<[TextMessage]>.array(of: .object(message), count: 1...messageLimit)
      .described(by: [
        "contains": ["required": ["role"], "properties": ["role": ["const": "user"]]]
      ])
      .also { fault(of: $0, maxCharacters: maxCharacters) }
      .mapped(
        { $0.map { Turn(role: $0.role, text: $0.content) } },
        // No conversation is a default.
        back: { _ in [] })
  }

  private static func fault(of messages: [TextMessage], maxCharacters: Int) -> ValidationFault? {
    // A scalar takes at least a byte, so most conversations need not be counted.
    let bytes = messages.reduce(0) { $0 + $1.content.utf8.count }
    if bytes > maxCharacters,
      messages.reduce(0, { $0 + $1.content.unicodeScalars.count }) > maxCharacters
    {
      return .tooManyCharacters(most: maxCharacters)
    }
    if messages.allSatisfy(\.content.isBlank) { return .refused("The messages should not all be blank") }
    if !messages.contains(where: { $0.role == .user }) {
      return .refused("At least one message should have the role 'user'")
    }
    return nil
  }
}

extension ValueRule where Value == String {
  /// The most parts of one message.
  private static var partLimit: Int { 256 }

  /// A string, or an array of `{"type": "text", "text": …}`, joined as they come.
  fileprivate static func messageContent(maxCharacters: Int) -> ValueRule {
    let text = ValueRule.text(length: 0...maxCharacters)
    let part = BodySchema(
      startingFrom: TextPart(),
      [
        Field("type", \.type, .choice(), required: true, "The kind of part; only text is understood here."),
        Field("text", \.text, text, required: true, "The text of the part."),
      ])
    let parts = ValueRule<[TextPart]>.array(of: .object(part), count: 1...partLimit)
    return ValueRule(
      schema: ["anyOf": [.object(text.schema), .object(parts.schema)]],
      read: { json, errors in
        switch json {
        case .string: return text.read(json, &errors)
        case .array: return parts.read(json, &errors)?.reduce(into: "") { $0 += $1.text }
        default:
          errors.add(.notAStringOrArray)
          return nil
        }
      },
      write: JSONValue.string)
  }
}

/// A message of the native routes, which take text only.
private struct TextMessage: Sendable {
  var role = Turn.Role.user
  var content = ""
}

/// A part of a message that holds text.
private struct TextPart: Sendable {
  enum Kind: String, Sendable, CaseIterable { case text }

  var type = Kind.text
  var text = ""
}
