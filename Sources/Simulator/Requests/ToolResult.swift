/// What a function that the model called has returned.
struct ToolResult: Sendable, Equatable {
  /// Of the function.
  let name: String
  let text: String
}
