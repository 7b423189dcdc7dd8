/// A function that a model wants to be called.
public struct ToolCall: Sendable, Hashable {
  /// What its result must name.
  public var id: String
  public var name: String
  /// JSON text as the model wrote it; it may be malformed.
  public var arguments: String
  /// What a provider wants back with the call: `extra_content`, which holds Gemini's `thought_signature` as
  /// Google's own OpenAI endpoint has it (https://ai.google.dev/gemini-api/docs/thought-signatures).
  public var extraContent: JSONValue?

  public init(id: String, name: String, arguments: String, extraContent: JSONValue? = nil) {
    self.id = id
    self.name = name
    self.arguments = arguments
    self.extraContent = extraContent
  }

  /// Reads a call in OpenAI's form; nil when it is none of a function.
  public init?(_ json: JSONValue) {
    guard let name = json["function"]?["name"]?.string else { return nil }
    self.init(
      id: json["id"]?.string ?? "", name: name, arguments: json["function"]?["arguments"]?.string ?? "{}",
      extraContent: json["extra_content"])
  }

  public var json: JSONValue {
    var call: JSONObject = [
      "id": .string(id), "type": "function",
      "function": ["name": .string(name), "arguments": .string(arguments)],
    ]
    if let extraContent { call["extra_content"] = extraContent }
    return .object(call)
  }
}
