import Shared

/// Reads `system` and `messages`, and checks that results of tools follow their calls.
struct AnthropicConversation {
  private var texts: [String] = []
  private var images: [SeenImage] = []
  /// The names of the tools that the last message uses, by the uses' ids.
  private var uses: JSONObject = [:]
  /// Those of the last message.
  private var results: [ToolResult] = []

  static func read(_ body: JSONValue) throws(Refusal) -> Conversation {
    guard let messages = body.present("messages")?.array else { throw .invalid("messages: Field required") }
    if ["enabled", "adaptive"].contains(body["thinking"]?["type"]?.string) {
      try AnthropicThought.checkStart(of: messages)
    }
    if messages.isEmpty { throw .invalid("messages: at least one message is required") }
    var reader = AnthropicConversation()
    try reader.takeSystem(body.present("system"))
    for (index, message) in messages.enumerated() {
      let isLast = index == messages.count - 1
      if message["role"] == "system", index > 0 {
        guard isLast || messages[index + 1]["role"] == "assistant" else {
          throw .invalid(
            "messages.\(index): a `system` message must stand before an `assistant` message or at the end")
        }
        try reader.takeSystem(message["content"])
      } else {
        try reader.take(message, index, isLast: isLast)
      }
    }
    try reader.checkAnswered(reader.uses, [], messages.count - 1)
    return Conversation(texts: reader.texts, images: reader.images, toolResults: reader.results)
  }

  private mutating func takeSystem(_ system: JSONValue?) throws(Refusal) {
    guard let system else { return }
    if let text = system.string { return texts.append(text) }
    guard let blocks = system.array else { throw .invalid("system: Input should be a valid string") }
    var parts: [String] = []
    for (index, block) in blocks.enumerated() {
      guard block["type"] == "text", let text = block["text"]?.string else {
        throw .invalid("system.\(index).type: Input should be 'text'")
      }
      if text.isEmpty { throw .invalid("system: text content blocks must be non-empty") }
      parts.append(text)
    }
    texts.append(parts.joined(separator: "\n"))
  }

  private mutating func take(_ message: JSONValue, _ index: Int, isLast: Bool) throws(Refusal) {
    guard let role = message["role"]?.string, ["user", "assistant"].contains(role) else {
      let hint =
        message["role"] == "system"
        ? "The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."
        : "Allowed roles are \"user\" or \"assistant\"."
      throw .invalid("messages: Unexpected role \"\(message["role"]?.string ?? "")\". \(hint)")
    }
    if index == 0, role != "user" { throw .invalid("messages: first message must use the \"user\" role") }
    results = []
    let place = "messages.\(index)"
    let blocks = try blocks(of: message, place)
    guard !blocks.isEmpty || (isLast && role == "assistant") else {
      throw .invalid(
        "\(place): all messages must have non-empty content except for the optional final assistant message")
    }
    let known = uses
    uses = [:]
    var parts: [String] = []
    var answered: Set<String> = []
    for (number, block) in blocks.enumerated() {
      let place = "\(place).content.\(number)"
      if block["type"] == "tool_result" {
        answered.insert(try takeResult(block, of: known, place))
        parts.append(results.last?.text ?? "")
      } else if let text = try take(block, role, place) {
        parts.append(text)
      }
    }
    try checkAnswered(known, answered, index)
    texts.append(parts.joined(separator: "\n"))
  }

  /// A string stands for one block of text.
  private func blocks(of message: JSONValue, _ place: String) throws(Refusal) -> [JSONValue] {
    switch message["content"] {
    case .string(let text)?: return text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
    case .array(let blocks)?: return blocks
    case nil: throw .invalid("\(place).content: Field required")
    default: throw .invalid("\(place).content: Input should be a valid list")
    }
  }

  private mutating func take(
    _ block: JSONValue, _ role: String, _ place: String
  ) throws(Refusal) -> String? {
    switch block["type"]?.string ?? "" {
    case "text":
      guard let text = block["text"]?.string else { throw .invalid("\(place).text.text: Field required") }
      if text.isEmpty { throw .invalid("messages: text content blocks must be non-empty") }
      return text
    case "image": images.append(try image(block["source"] ?? [:], "\(place).image.source"))
    case "tool_use":
      guard role == "assistant" else {
        throw .invalid("messages: `tool_use` blocks can only be in `assistant` messages")
      }
      guard let id = block["id"]?.string, !id.isEmpty, block["input"]?.object != nil else {
        throw .invalid("\(place).tool_use: id and input are required")
      }
      guard let name = block["name"]?.string, !name.isEmpty else {
        throw .invalid("\(place).tool_use.name: Field required")
      }
      uses[id] = .string(name)
    case "thinking": try AnthropicThought.check(block, at: place)
    case "redacted_thinking", "document", "search_result": break
    case let type: throw .invalid("\(place): Input tag '\(type)' found using 'type' does not match any tag")
    }
    return nil
  }

  // MARK: - Tools

  private mutating func takeResult(
    _ block: JSONValue, of uses: JSONObject, _ place: String
  ) throws(Refusal) -> String {
    guard let id = block["tool_use_id"]?.string else {
      throw .invalid("\(place).tool_result.tool_use_id: Field required")
    }
    guard let name = uses[id]?.string else {
      throw .invalid(
        "\(place): unexpected `tool_use_id` found in `tool_result` blocks: \(id). Each `tool_result` block "
          + "must have a corresponding `tool_use` block in the previous message.")
    }
    var parts: [String] = []
    if let text = block["content"]?.string { parts.append(text) }
    for (number, inner) in (block["content"]?.array ?? []).enumerated() {
      if let text = try take(inner, "user", "\(place).tool_result.content.\(number)") { parts.append(text) }
    }
    results.append(ToolResult(name: name, text: parts.joined(separator: "\n")))
    return id
  }

  private func checkAnswered(
    _ uses: JSONObject, _ answered: Set<String>, _ index: Int
  ) throws(Refusal) {
    let open = uses.keys.filter { !answered.contains($0) }
    guard !open.isEmpty else { return }
    throw .invalid(
      "messages.\(index): `tool_use` ids were found without `tool_result` blocks immediately after: "
        + "\(open.joined(separator: ", ")). Each `tool_use` block must have a corresponding `tool_result` "
        + "block in the next message.")
  }

  // MARK: - Images

  private func image(_ source: JSONValue, _ place: String) throws(Refusal) -> SeenImage {
    switch source["type"]?.string {
    case "base64":
      let type = source["media_type"]?.string ?? ""
      guard SeenImage.mimeTypes.contains(type) else {
        throw .invalid(
          "\(place).base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or "
            + "'image/webp'")
      }
      guard let count = source["data"]?.string.flatMap(Base64.byteCount), count > 0 else {
        throw .invalid("\(place).base64.data: Invalid base64 data")
      }
      return .sent(mimeType: type, byteCount: count)
    case "url":
      guard let url = source["url"]?.string, url.hasPrefix("https://") else {
        throw .invalid("\(place).url.url: Only HTTPS URLs are supported.")
      }
      return .address(url)
    default: throw .invalid("\(place): Input tag should be one of: 'base64', 'url', 'file'")
    }
  }
}
