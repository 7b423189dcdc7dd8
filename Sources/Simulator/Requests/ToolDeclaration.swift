import Shared

/// A function that the model may call.
struct ToolDeclaration: Sendable, Equatable {
  let name: String
  /// The JSON schema of its arguments; an empty object for a function without any.
  let parameters: JSONValue
}
