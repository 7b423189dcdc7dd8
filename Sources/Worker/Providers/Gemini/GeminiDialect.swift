import NIOCore
import Shared

/// Gemini's `generateContent` (https://ai.google.dev/api/generate-content) and `batchEmbedContents`
/// (https://ai.google.dev/api/embeddings).
struct GeminiDialect: WireDialect {
  /// Its name in sentences.
  static let provider = "Gemini"

  func path(for operation: ProviderOperation, model: String) -> String {
    let method =
      switch operation {
      case .chat: "generateContent"
      case .chatStream: "streamGenerateContent?alt=sse"
      case .embeddings: "batchEmbedContents"
      }
    return "/models/\(Self.percentEncode(GeminiModel(model).name)):\(method)"
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("x-goog-api-key", key) }

  /// The path alone says whether the answer streams.
  func body(of request: ChatRequest, model: String, streams: Bool) throws(ProviderFault) -> ByteBuffer {
    do throws(Untranslatable) {
      return try GeminiRequest(request, model: GeminiModel(model)).json.serialized()
    } catch {
      throw .untranslatable(error)
    }
  }

  func streamDecoder(of response: ProviderResponse, hiding key: Secret?) -> any StreamDecoder {
    GeminiStreamDecoder(response: response, key: key)
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
