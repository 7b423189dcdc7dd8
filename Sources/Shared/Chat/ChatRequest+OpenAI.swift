import NIOCore
public import OrderedCollections

extension ChatRequest {
  /// The request in OpenAI's form, which is also how it is stored: compact JSON in one fixed order, so equal
  /// requests have equal bytes.
  ///
  /// - Parameters:
  ///   - model: what stands as `model`.
  ///   - role: how a role is called.
  ///   - members: what stands behind all others.
  public func openAIForm(
    model: String, role: (ChatMessage.Role) -> String = \.rawValue, adding members: JSONObject = [:]
  ) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(160 + messages.reduce(0) { $0 + $1.content.size + 40 })
    buffer.writeStaticString("{\"model\":")
    buffer.writeJSON(model)
    writeParameters(to: &buffer)
    buffer.writeStaticString(",\"messages\":[")
    for (index, message) in messages.enumerated() {
      buffer.writeStaticString(index == 0 ? "{\"role\":\"" : ",{\"role\":\"")
      buffer.writeString(role(message.role))
      buffer.writeStaticString("\",\"content\":")
      buffer.write(message.content)
      buffer.write(message.members)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("]")
    buffer.write(extras)
    buffer.write(members)
    buffer.writeStaticString("}")
    return buffer
  }

  private func writeParameters(to buffer: inout ByteBuffer) {
    var members = JSONObject()
    if let maxTokens {
      members[limitsCompletionTokens ? "max_completion_tokens" : "max_tokens"] = .integer(Int64(maxTokens))
    }
    if let temperature { members["temperature"] = .double(temperature) }
    if let topP { members["top_p"] = .double(topP) }
    if !stop.isEmpty { members["stop"] = .array(stop.map(JSONValue.string)) }
    if let seed { members["seed"] = .integer(seed) }
    if !tools.isEmpty { members["tools"] = .array(tools) }
    if let toolChoice { members["tool_choice"] = toolChoice }
    if let responseFormat { members["response_format"] = responseFormat }
    buffer.write(members)
  }

  /// Reads the stored form. Throws ``StoredJobError`` when it is none.
  init(stored value: JSONValue) throws(StoredJobError) {
    guard var members = value.object, let model = members.removeValue(forKey: "model")?.string,
      let messages = members.removeValue(forKey: "messages")?.array
    else { throw .unreadable(what: "request", "a member is missing") }
    let completionTokens = members.removeValue(forKey: "max_completion_tokens")?.integer
    let tokens = completionTokens ?? members.removeValue(forKey: "max_tokens")?.integer
    let temperature = members.removeValue(forKey: "temperature")?.double
    let topP = members.removeValue(forKey: "top_p")?.double
    let stop = members.removeValue(forKey: "stop")?.array?.compactMap(\.string) ?? []
    let seed = members.removeValue(forKey: "seed")?.integer
    let tools = members.removeValue(forKey: "tools")?.array ?? []
    let toolChoice = members.removeValue(forKey: "tool_choice")
    let responseFormat = members.removeValue(forKey: "response_format")
    self.init(
      model: model,
      messages: try messages.map { (json) throws(StoredJobError) in try ChatMessage(stored: json) },
      maxTokens: tokens.map { Int($0) }, temperature: temperature, topP: topP, stop: stop, seed: seed,
      tools: tools, toolChoice: toolChoice, responseFormat: responseFormat, extras: members)
    limitsCompletionTokens = completionTokens != nil
  }
}

extension ChatMessage {
  fileprivate init(stored json: JSONValue) throws(StoredJobError) {
    guard var members = json.object,
      let role = members.removeValue(forKey: "role")?.string.flatMap(Role.init),
      let content = MessageContent(members.removeValue(forKey: "content"))
    else { throw .unreadable(what: "request", "a message is malformed") }
    self.init(role: role, content: content, members: members)
  }
}

extension ByteBuffer {
  fileprivate mutating func write(_ content: MessageContent) {
    // Most messages are a text, which need not become a JSON value first.
    if case .text(let text) = content { writeJSON(text) } else { writeJSON(content.json) }
  }

  /// Members of an object that has some already.
  fileprivate mutating func write(_ members: JSONObject) {
    for (name, value) in members {
      writeStaticString(",")
      writeJSON(name)
      writeStaticString(":")
      writeJSON(value)
    }
  }
}
