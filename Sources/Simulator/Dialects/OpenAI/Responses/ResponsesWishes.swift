import Shared

/// What a request to OpenAI's Responses asks for beyond what chat has.
struct ResponsesWishes: Sendable {
  /// Whether the model thinks before it answers.
  var thinks = false
  /// Whether thoughts come with a summary.
  var summarizes = false
  /// Whether thoughts come sealed, to be brought back.
  var includesSealed = false
  /// What the response repeats of the request.
  var repeated: JSONObject = [:]
  /// The names of the custom tools.
  var customTools: Set<String> = []
  /// By the names of their functions: the namespaces in which they stand.
  var namespaces: [String: String] = [:]
}
