import Shared

/// Reads `messages` and checks that what they say of tools fits together.
struct OpenAIConversation {
  private static let roles = ["system", "developer", "user", "assistant", "tool"]

  private var texts: [String] = []
  private var images: [SeenImage] = []
  /// The names of the functions that the last assistant's message calls, by the calls' ids.
  private var calls: JSONObject = [:]
  /// The ids of those that have no result yet.
  private var unanswered: [String] = []
  /// Since the last message that was none.
  private var results: [ToolResult] = []

  static func read(_ messages: [JSONValue]) throws(Refusal) -> Conversation {
    var reader = OpenAIConversation()
    for (index, message) in messages.enumerated() { try reader.take(message, index) }
    try reader.checkAnswered(messages.count - 1)
    return Conversation(texts: reader.texts, images: reader.images, toolResults: reader.results)
  }

  private mutating func take(_ message: JSONValue, _ index: Int) throws(Refusal) {
    guard let role = message["role"]?.string, Self.roles.contains(role) else {
      let role = message["role"]?.string ?? ""
      throw .invalid(
        "Invalid value: '\(role)'. Supported values are: 'system', 'assistant', 'user', 'tool', and "
          + "'developer'.", parameter: "messages[\(index)].role", code: "invalid_value")
    }
    if role == "tool" { return try takeResult(message, index) }
    try checkAnswered(index)
    calls = [:]
    results = []
    if role == "assistant" { try takeCalls(message, index) }
    texts.append(try content(message, role, index))
  }

  // MARK: - Tools

  private mutating func takeCalls(_ message: JSONValue, _ index: Int) throws(Refusal) {
    guard let value = message.present("tool_calls") else { return }
    let place = "messages[\(index)].tool_calls"
    guard let elements = value.array, !elements.isEmpty else {
      throw .invalid(
        "Invalid '\(place)': empty array. Expected an array with minimum length 1, but got an empty array "
          + "instead.", parameter: place, code: "empty_array")
    }
    for (number, element) in elements.enumerated() {
      let place = "\(place)[\(number)]"
      guard let id = element["id"]?.string, !id.isEmpty else {
        throw missing("\(place).id")
      }
      guard let name = element["function"]?["name"]?.string else { throw missing("\(place).function.name") }
      try OpenAITools.checkName(name, at: "\(place).function.name")
      guard element["function"]?["arguments"]?.string != nil else {
        throw .invalid(
          "Invalid type for '\(place).function.arguments': expected a string.",
          parameter: "\(place).function.arguments", code: "invalid_type")
      }
      calls[id] = .string(name)
      unanswered.append(id)
    }
  }

  private mutating func takeResult(_ message: JSONValue, _ index: Int) throws(Refusal) {
    guard let id = message["tool_call_id"]?.string, !id.isEmpty else {
      throw .invalid(
        "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
        parameter: "messages.[\(index)].tool_call_id")
    }
    guard let name = calls[id]?.string else {
      // With the typing error that the real one has.
      throw .invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
          + "'tool_calls'.", parameter: "messages.[\(index)].role")
    }
    unanswered.removeAll { $0 == id }
    let text = try content(message, "tool", index)
    texts.append(text)
    results.append(ToolResult(name: name, text: text))
  }

  private func checkAnswered(_ index: Int) throws(Refusal) {
    guard !unanswered.isEmpty else { return }
    throw .invalid(
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
        + "'tool_call_id'. The following tool_call_ids did not have response messages: "
        + unanswered.joined(separator: ", "), parameter: "messages.[\(index)].role")
  }

  // MARK: - Content

  private mutating func content(
    _ message: JSONValue, _ role: String, _ index: Int
  ) throws(Refusal) -> String {
    switch message["content"] ?? .null {
    case .string(let text): return text
    case .array(let parts): return try self.parts(parts, role, index)
    case .null where role == "assistant" && !calls.isEmpty: return ""
    case .null:
      throw .invalid(
        "Invalid value for 'content': expected a string, got null.", parameter: "messages.[\(index)].content")
    default:
      throw .invalid(
        "Invalid type for 'messages[\(index)].content': expected a string or an array of objects.",
        parameter: "messages[\(index)].content", code: "invalid_type")
    }
  }

  private mutating func parts(
    _ parts: [JSONValue], _ role: String, _ index: Int
  ) throws(Refusal) -> String {
    var texts: [String] = []
    for (number, part) in parts.enumerated() {
      let place = "messages[\(index)].content[\(number)]"
      switch part["type"]?.string ?? "" {
      case "text":
        guard let text = part["text"]?.string else { throw missing("\(place).text") }
        texts.append(text)
      case "refusal": texts.append(part["refusal"]?.string ?? "")
      case "image_url":
        guard role == "user" else {
          throw .invalid(
            "Image URLs are only allowed for messages with role 'user', but this message with role '\(role)' "
              + "contains an image URL.", parameter: "messages[\(index)]", code: "invalid_value")
        }
        images.append(try image(part, place))
      case "input_audio", "file": break
      case let type:
        throw .invalid(
          "Invalid value: '\(type)'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', "
            + "'audio', and 'file'.", parameter: "\(place).type", code: "invalid_value")
      }
    }
    return texts.joined(separator: "\n")
  }

  private func image(_ part: JSONValue, _ place: String) throws(Refusal) -> SeenImage {
    let place = "\(place).image_url"
    guard let url = part["image_url"]?["url"]?.string else {
      throw .invalid(
        "Invalid type for '\(place)': expected an object with a url.", parameter: place, code: "invalid_type")
    }
    if url.hasPrefix("https://") || url.hasPrefix("http://") { return .address(url) }
    let expected =
      "Invalid '\(place).url'. Expected a base64-encoded data URL with an image MIME type (e.g. "
      + "'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got "
    guard url.hasPrefix("data:") else {
      throw .invalid(
        expected + "a value without the 'data:' prefix.", parameter: "\(place).url", code: "invalid_value")
    }
    do { return try SeenImage(dataURL: url) } catch {
      switch error {
      case .notBase64:
        throw .invalid(
          expected + "an invalid base64-encoded value.", parameter: "\(place).url", code: "invalid_value")
      case .mimeType(let type):
        throw .invalid(
          expected + "unsupported MIME type '\(type)'.", parameter: "\(place).url",
          code: "invalid_image_format")
      }
    }
  }

  private func missing(_ parameter: String) -> Refusal {
    .invalid(
      "Missing required parameter: '\(parameter)'.", parameter: parameter, code: "missing_required_parameter")
  }
}
