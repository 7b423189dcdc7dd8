import Shared

/// Decides which functions a model would call where no script says so.
enum ToolCalling {
  /// Of the functions that may be called those that the last message names; where one must be called and none
  /// is named, the first. Arguments are examples of their schemas.
  static func calls(for call: ChatCall) -> [ToolCall] {
    // A model that has its results answers.
    guard !call.tools.isEmpty, call.toolChoice.mode != .none, call.conversation.toolResults.isEmpty else {
      return []
    }
    let eligible = call.tools.filter { call.toolChoice.allowed?.contains($0.name) ?? true }
    var chosen = eligible.filter { mentions(call.conversation.lastMessage, $0.name) }
    if chosen.isEmpty, call.toolChoice.mode == .required { chosen = Array(eligible.prefix(1)) }
    if !call.toolChoice.allowsParallel { chosen = Array(chosen.prefix(1)) }
    return chosen.map { ToolCall(name: $0.name, arguments: SchemaExample.object(of: $0.parameters)) }
  }

  /// Whether a text holds a name as a word of its own: `get` does not stand in `get_weather`.
  static func mentions(_ text: String, _ name: String) -> Bool {
    var start = text.startIndex
    while let range = text[start...].firstRange(of: name) {
      let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
      if !isNamePart(before), !isNamePart(after) { return true }
      start = text.index(after: range.lowerBound)
    }
    return false
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }
}
