import Shared

/// A call of a function that an answer makes.
struct ToolCall: Sendable, Equatable {
  let name: String
  /// An object.
  let arguments: JSONValue

  /// As OpenAI writes them, and as the parts of Anthropic's stream add up to.
  var argumentsText: String { arguments.description }

  /// The text in the pieces of a stream, two of them at least; a client must put them together before it can
  /// read any.
  var argumentFragments: [String] {
    let characters = Array(argumentsText)
    let size = max(1, min(8, characters.count / 3))
    return characters.chunks(of: size).map { String($0) }
  }
}
