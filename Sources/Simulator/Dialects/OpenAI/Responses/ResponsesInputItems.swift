import Shared

/// Reads `input` and checks that what it says of tools and thoughts fits together, as OpenAI does.
struct ResponsesInputItems {
  private static let roles = ["system", "developer", "user", "assistant"]
  /// Made by OpenAI's own tools; they say nothing here.
  private static let others: Set<String> = [
    "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_list_tools",
    "mcp_call", "mcp_approval_request", "mcp_approval_response", "local_shell_call",
    "local_shell_call_output",
    "shell_call", "shell_call_output", "apply_patch_call", "apply_patch_call_output", "computer_call",
    "computer_call_output", "compaction", "additional_tools", "tool_search_call", "tool_search_output",
  ]

  private var texts: [String] = []
  private var images: [SeenImage] = []
  /// The names of what was called, by the calls' ids.
  private var calls: [String: String] = [:]
  private var unanswered: [String] = []
  private var results: [ToolResult] = []
  private var openThought: Int?

  static func read(_ body: JSONValue) throws(Refusal) -> Conversation {
    var reader = ResponsesInputItems()
    if let text = body.present("instructions")?.string { reader.texts.append(text) }
    switch body.present("input") {
    case .string(let text)?: reader.texts.append(text)
    case .array(let items)?:
      for (index, item) in items.enumerated() { try reader.take(item, index) }
      try reader.finish()
    default: throw ResponsesTools.missing("input")
    }
    return Conversation(texts: reader.texts, images: reader.images, toolResults: reader.results)
  }

  private mutating func take(_ item: JSONValue, _ index: Int) throws(Refusal) {
    let place = "input[\(index)]"
    let type = item["type"]?.string ?? (item["role"] == nil ? "" : "message")
    if openThought != nil, !["reasoning", "function_call", "custom_tool_call"].contains(type),
      !(type == "message" && item["role"] == "assistant"), !Self.others.contains(type)
    {
      throw lonelyThought
    }
    if type != "reasoning" { openThought = nil }
    switch type {
    case "message": try takeMessage(item, place)
    case "reasoning":
      openThought = index
      guard let sealed = item.present("encrypted_content")?.string else {
        throw .invalid(
          "Item with id '\(item["id"]?.string ?? "")' not found. Items are not persisted when `store` is set to false.",
          parameter: "input")
      }
      guard SealedThought.isOne(sealed) else {
        throw .invalid(
          "The encrypted content could not be verified.", parameter: place, code: "invalid_encrypted_content")
      }
    case "function_call", "custom_tool_call": try takeCall(item, type, place)
    case "function_call_output", "custom_tool_call_output": try takeOutput(item, place)
    case let type where Self.others.contains(type): break
    default:
      throw .invalid(
        "Invalid value: '\(type)'. Supported values are: 'message', 'reasoning', 'function_call' and others.",
        parameter: "\(place).type", code: "invalid_value")
    }
  }

  private func finish() throws(Refusal) {
    if openThought != nil { throw lonelyThought }
    guard let id = unanswered.first else { return }
    throw .invalid("No tool output found for function call \(id).", parameter: "input")
  }

  private var lonelyThought: Refusal {
    .invalid(
      "Item of type 'reasoning' was provided without its required following item.", parameter: "input")
  }

  // MARK: - Items

  private mutating func takeMessage(_ item: JSONValue, _ place: String) throws(Refusal) {
    let role = item["role"]?.string ?? ""
    guard Self.roles.contains(role) else {
      throw .invalid(
        "Invalid value: '\(role)'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
        parameter: "\(place).role", code: "invalid_value")
    }
    texts.append(try content(item["content"], "\(place).content", isAnswer: role == "assistant"))
    if role != "assistant" { results = [] }
  }

  private mutating func takeCall(_ item: JSONValue, _ type: String, _ place: String) throws(Refusal) {
    let text = type == "function_call" ? "arguments" : "input"
    for name in ["call_id", "name", text] where item[name]?.string == nil {
      throw ResponsesTools.missing("\(place).\(name)")
    }
    let id = item["call_id"]?.string ?? ""
    guard (1...64).contains(id.utf8.count) else {
      throw .invalid(
        "Invalid '\(place).call_id': string too long. Expected a string with maximum length 64.",
        parameter: "\(place).call_id", code: "string_above_max_length")
    }
    calls[id] = item["name"]?.string ?? ""
    unanswered.append(id)
  }

  private mutating func takeOutput(_ item: JSONValue, _ place: String) throws(Refusal) {
    let id = item["call_id"]?.string ?? ""
    guard let name = calls[id] else {
      throw .invalid("No tool call found for function call output with call_id \(id).", parameter: "input")
    }
    unanswered.removeAll { $0 == id }
    let text = try content(item["output"], "\(place).output", isAnswer: false)
    texts.append(text)
    results.append(ToolResult(name: name, text: text))
  }

  // MARK: - Content

  private mutating func content(
    _ value: JSONValue?, _ place: String, isAnswer: Bool
  ) throws(Refusal) -> String {
    if let text = value?.string { return text }
    guard let parts = value?.array else { throw ResponsesTools.missing(place) }
    var texts: [String] = []
    for (index, part) in parts.enumerated() {
      let place = "\(place)[\(index)]"
      let type = part["type"]?.string ?? ""
      switch type {
      case "input_text" where !isAnswer, "output_text" where isAnswer:
        guard let text = part["text"]?.string else { throw ResponsesTools.missing("\(place).text") }
        texts.append(text)
      case "refusal" where isAnswer: texts.append(part["refusal"]?.string ?? "")
      case "input_image" where !isAnswer: images.append(try image(part, place))
      case "input_file" where !isAnswer: break
      default:
        throw .invalid(
          "Invalid value: '\(type)'. Supported values are: "
            + (isAnswer ? "'output_text' and 'refusal'." : "'input_text', 'input_image', and 'input_file'."),
          parameter: "\(place).type", code: "invalid_value")
      }
    }
    return texts.joined(separator: "\n")
  }

  private func image(_ part: JSONValue, _ place: String) throws(Refusal) -> SeenImage {
    guard let url = part["image_url"]?.string else { throw ResponsesTools.missing("\(place).image_url") }
    if url.hasPrefix("https://") || url.hasPrefix("http://") { return .address(url) }
    do { return try SeenImage(dataURL: url) } catch {
      throw .invalid(
        "Invalid '\(place).image_url'. Expected a valid image.", parameter: "\(place).image_url",
        code: "invalid_image_url")
    }
  }
}
