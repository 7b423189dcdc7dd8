import NIOCore
import Shared

/// OpenAI's chat completions, as OpenAI, Groq, OpenRouter and many others serve them
/// (https://platform.openai.com/docs/api-reference/chat).
struct OpenAIDialect: WireDialect {
  func path(for model: String) -> String { "/chat/completions" }

  func authorization(_ key: String) -> (name: String, value: String) { ("authorization", "Bearer \(key)") }

  func body(of request: JobRequest, model: String) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(160 + request.messages.reduce(0) { $0 + $1.content.utf8.count + 40 })
    buffer.writeStaticString("{\"model\":")
    buffer.writeJSON(model)
    buffer.writeStaticString(",\"messages\":[")
    for (index, message) in request.messages.enumerated() {
      buffer.writeStaticString(index == 0 ? "{\"role\":\"" : ",{\"role\":\"")
      buffer.writeStaticString(Self.role(of: message))
      buffer.writeStaticString("\",\"content\":")
      buffer.writeJSON(message.content)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("],\"max_tokens\":")
    buffer.writeString(String(request.maxTokens))
    buffer.writeStaticString(",\"temperature\":")
    buffer.writeJSON(request.temperature)
    if let topP = request.topP {
      buffer.writeStaticString(",\"top_p\":")
      buffer.writeJSON(topP)
    }
    if !request.stop.isEmpty {
      buffer.writeStaticString(",\"stop\":")
      buffer.writeJSON(.array(request.stop.map(JSONValue.string)))
    }
    if let seed = request.seed {
      buffer.writeStaticString(",\"seed\":")
      buffer.writeString(String(seed))
    }
    buffer.writeStaticString("}")
    return buffer
  }

  /// `developer` goes out as `system`: Groq and most compatible servers know no `developer`, and OpenAI takes
  /// the one for the other.
  private static func role(of message: ChatMessage) -> StaticString {
    switch message.role {
    case .system, .developer: "system"
    case .user: "user"
    case .assistant: "assistant"
    }
  }
}
