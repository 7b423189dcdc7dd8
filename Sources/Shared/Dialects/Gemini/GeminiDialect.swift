import NIOCore

/// Gemini's `generateContent` (https://ai.google.dev/api/generate-content) and `batchEmbedContents`
/// (https://ai.google.dev/api/embeddings).
struct GeminiDialect: WireDialect {
  var takesShownResults: Bool { false }

  /// Its name in sentences.
  static let provider = "Gemini"

  /// Whether answers are read with all that is not ours: their client asked in this form.
  var keepsMembers = false

  func path(for operation: ProviderOperation, model: String) -> String {
    let method =
      switch operation {
      case .chat: "generateContent"
      case .chatStream: "streamGenerateContent?alt=sse"
      case .embeddings: "batchEmbedContents"
      case .count: "countTokens"
      // Refused before it is asked, or asked as a chat.
      case .completion, .completionStream, .moderation: "generateContent"
      }
    return "/models/\(Self.percentEncode(GeminiModel(model).name)):\(method)"
  }

  /// Of `batchEmbedContents`; more are a 400.
  var mostTexts: Int? { 100 }

  func authorization(_ key: String) -> (name: String, value: String) { ("x-goog-api-key", key) }

  var countsTokens: Bool { true }

  /// The path alone says whether the answer streams.
  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    do throws(Untranslatable) {
      let request = try GeminiRequest(conversation, for: target)
      return target.shape.edit(WrittenRequest(body: request.json.serialized(), dropped: request.dropped))
    } catch {
      throw .untranslatable(error)
    }
  }

  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try GeminiFault.success(response, hiding: key)
    var reader = GeminiAnswerReader(maker: maker, keepsMembers: keepsMembers)
    var events = try reader.read(value)
    reader.tellSources(&events)
    guard reader.isAnswer else { throw .failing("no candidates in the answer") }
    var answer = Answer()
    for event in events { answer.apply(event) }
    if let broken = reader.broken { throw broken.leaving(answer) }
    // What came whole has ended, whether or not it says so.
    if answer.finishReason == nil {
      answer.choices[0].finishReason = answer.hasToolCalls ? .toolCalls : .stop
    }
    return ProviderAnswer(answer, unknownFinishReason: reader.unknownFinishReason)
  }

  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader {
    GeminiStreamReader(response: response, key: key, maker: maker, keepsMembers: keepsMembers)
  }

  /// All but RFC 3986's unreserved characters, slashes included: a client's model name is one path segment.
  private static func percentEncode(_ name: String) -> String {
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
