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
    var json = JSONWriter(capacity: 160 + messages.reduce(0) { $0 + $1.content.size + 40 })
    json.object { json in
      json.member("model", model)
      writeParameters(to: &json)
      json.name("messages")
      json.array { for message in messages { message.write(to: &$0, role: role(message.role)) } }
      json.members(extras)
      json.members(members)
    }
    return json.buffer
  }

  private func writeParameters(to json: inout JSONWriter) {
    if let maxTokens {
      json.member(limitsCompletionTokens ? "max_completion_tokens" : "max_tokens", Int64(maxTokens))
    }
    if let temperature { json.member("temperature", json: .double(temperature)) }
    if let topP { json.member("top_p", json: .double(topP)) }
    if !stop.isEmpty { json.member("stop", json: .array(stop.map(JSONValue.string))) }
    if let seed { json.member("seed", seed) }
    if !tools.isEmpty { json.member("tools", json: .array(tools)) }
    if let toolChoice { json.member("tool_choice", json: toolChoice) }
    if let responseFormat { json.member("response_format", json: responseFormat) }
  }

  /// Reads the stored form. Throws ``StoredJobError`` when it is none.
  init(stored value: JSONValue) throws(StoredJobError) {
    guard let members = value.object, let model = members["model"]?.string,
      let messages = members["messages"]?.array
    else { throw .unreadable(what: "request", "a member is missing") }
    self.init(
      model: model,
      messages: try messages.map { (json) throws(StoredJobError) in try ChatMessage(stored: json) })
    for (name, value) in members {
      switch name {
      case "model", "messages": break
      case "max_completion_tokens", "max_tokens":
        maxTokens = value.integer.map { Int($0) }
        limitsCompletionTokens = name == "max_completion_tokens"
      case "temperature": temperature = value.double
      case "top_p": topP = value.double
      case "stop": stop = value.array?.compactMap(\.string) ?? []
      case "seed": seed = value.integer
      case "tools": tools = value.array ?? []
      case "tool_choice": toolChoice = value
      case "response_format": responseFormat = value
      default: extras[name] = value
      }
    }
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

  fileprivate func write(to json: inout JSONWriter, role: String) {
    json.object { json in
      json.member("role", role)
      json.name("content")
      // Most messages are a text, which need not become a JSON value first.
      if case .text(let text) = content { json.write(text) } else { json.write(content.json) }
      json.members(members)
    }
  }
}
