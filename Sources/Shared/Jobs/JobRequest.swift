import NIOCore

/// What a client asks of a model, after validation; the payload of a job.
public struct JobRequest: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public var model: String
  /// The conversation, system messages first where there are any.
  public var messages: [ChatMessage]
  public var maxTokens: Int
  public var temperature: Double
  /// Nil leaves it to the provider.
  public var topP: Double?
  public var stop: [String]
  public var seed: Int64?

  public init(
    model: String = "default", messages: [ChatMessage], maxTokens: Int = 256, temperature: Double = 0.7,
    topP: Double? = nil, stop: [String] = [], seed: Int64? = nil
  ) {
    self.model = model
    self.messages = messages
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topP = topP
    self.stop = stop
    self.seed = seed
  }

  /// A rough count of the tokens that this request may use: a token for four characters, and all of
  /// `maxTokens`. It orders tenants and is never billed.
  public var estimatedTokens: Int {
    messages.reduce(maxTokens) { $0 + $1.content.utf8.count / 4 + 4 }
  }
}

// MARK: - As stored

extension JobRequest {
  /// The stored form: compact JSON in one fixed order, so equal requests have equal bytes.
  public func encoded() -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(128 + messages.reduce(0) { $0 + $1.content.utf8.count + 32 })
    buffer.writeStaticString("{\"model\":")
    buffer.writeJSON(model)
    buffer.writeStaticString(",\"max_tokens\":")
    buffer.writeString(String(maxTokens))
    buffer.writeStaticString(",\"temperature\":")
    buffer.writeJSON(temperature)
    if let topP {
      buffer.writeStaticString(",\"top_p\":")
      buffer.writeJSON(topP)
    }
    if !stop.isEmpty {
      buffer.writeStaticString(",\"stop\":")
      buffer.writeJSON(.array(stop.map(JSONValue.string)))
    }
    if let seed {
      buffer.writeStaticString(",\"seed\":")
      buffer.writeString(String(seed))
    }
    buffer.writeStaticString(",\"messages\":[")
    for (index, message) in messages.enumerated() {
      buffer.writeStaticString(index == 0 ? "{\"role\":\"" : ",{\"role\":\"")
      buffer.writeString(message.role.rawValue)
      buffer.writeStaticString("\",\"content\":")
      buffer.writeJSON(message.content)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("]}")
    return buffer
  }

  /// Reads the stored form. Throws ``StoredJobError`` when the bytes are not what ``encoded()`` writes.
  public init(stored buffer: ByteBuffer) throws(StoredJobError) {
    let value: JSONValue
    do { value = try JSONParser.parse(buffer) } catch { throw .unreadable(what: "request", "\(error)") }
    guard let model = value["model"]?.string, let maxTokens = value["max_tokens"]?.integer,
      let temperature = value["temperature"]?.double, let messages = value["messages"]?.array
    else { throw .unreadable(what: "request", "a member is missing") }
    self.init(model: model, messages: [], maxTokens: Int(maxTokens), temperature: temperature)
    topP = value["top_p"]?.double
    stop = value["stop"]?.array?.compactMap(\.string) ?? []
    seed = value["seed"]?.integer
    for message in messages {
      guard let role = message["role"]?.string.flatMap(ChatMessage.Role.init),
        let content = message["content"]?.string
      else { throw .unreadable(what: "request", "a message is malformed") }
      self.messages.append(ChatMessage(role: role, content: content))
    }
  }
}
