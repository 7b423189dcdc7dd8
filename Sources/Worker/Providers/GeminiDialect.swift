import NIOCore
import Shared

/// Gemini's `generateContent` (https://ai.google.dev/api/generate-content).
struct GeminiDialect: WireDialect {
  func path(for model: String) -> String {
    // The API lists its models as `models/…`, so that is what people paste.
    let name = model.hasPrefix("models/") ? model.dropFirst("models/".count) : model[...]
    return "/models/\(Self.percentEncode(name)):generateContent"
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("x-goog-api-key", key) }

  func body(of request: JobRequest, model: String) -> ByteBuffer {
    let conversation = GeminiConversation(request.messages)
    var buffer = ByteBuffer()
    buffer.reserveCapacity(192 + request.messages.reduce(0) { $0 + $1.content.utf8.count + 48 })
    buffer.writeStaticString("{\"contents\":[")
    for (index, turn) in conversation.turns.enumerated() {
      if index > 0 { buffer.writeStaticString(",") }
      buffer.writeStaticString(turn.isModel ? "{\"role\":\"model\"," : "{\"role\":\"user\",")
      Self.write(turn.texts, to: &buffer)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("]")
    if !conversation.system.isEmpty {
      buffer.writeStaticString(",\"systemInstruction\":{")
      Self.write(conversation.system, to: &buffer)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString(",\"generationConfig\":{\"maxOutputTokens\":")
    buffer.writeString(String(request.maxTokens))
    buffer.writeStaticString(",\"temperature\":")
    buffer.writeJSON(request.temperature)
    if let topP = request.topP {
      buffer.writeStaticString(",\"topP\":")
      buffer.writeJSON(topP)
    }
    if !request.stop.isEmpty {
      buffer.writeStaticString(",\"stopSequences\":")
      buffer.writeJSON(.array(request.stop.map(JSONValue.string)))
    }
    if let seed = request.seed {
      buffer.writeStaticString(",\"seed\":")
      // Gemini's seed has 32 bits and it refuses a longer one; the lower half still means the same each time.
      buffer.writeString(String(Int32(truncatingIfNeeded: seed)))
    }
    if Self.mayGoWithoutThoughts(model) {
      buffer.writeStaticString(",\"thinkingConfig\":{\"thinkingBudget\":0}")
    }
    buffer.writeStaticString("}}")
    return buffer
  }

  /// Thoughts count towards `maxOutputTokens`: with the default of 256 such a model would often think all of it
  /// away and answer nothing. Only the Flash models of 2.5 let themselves be told not to think
  /// (https://ai.google.dev/gemini-api/docs/thinking).
  private static func mayGoWithoutThoughts(_ model: String) -> Bool {
    model.contains("gemini-2.5-flash")
  }

  private static func write(_ texts: [String], to buffer: inout ByteBuffer) {
    buffer.writeStaticString("\"parts\":[")
    for (index, text) in texts.enumerated() {
      buffer.writeStaticString(index == 0 ? "{\"text\":" : ",{\"text\":")
      buffer.writeJSON(text)
      buffer.writeStaticString("}")
    }
    buffer.writeStaticString("]")
  }

  /// All but RFC 3986's unreserved characters, slashes included: a client's model name is one path segment.
  private static func percentEncode(_ name: Substring) -> String {
    var encoded = ""
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}
