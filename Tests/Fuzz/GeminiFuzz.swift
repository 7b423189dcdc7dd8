import NIOCore
import Shared

/// A request in Gemini's form is refused, or survives being stored and becomes one JSON text in every dialect, or a refusal
/// that says what to do.
enum GeminiFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)) else { return }
    let conversation: Conversation
    do { conversation = try GeminiRequestReader.conversation(model: "m", value) } catch {
      require(error.sentence != "", "a refusal without a sentence")
      return
    }
    let request = JobRequest.chat(conversation)
    guard let stored = try? JobRequest(stored: request.encoded()) else {
      fatalError("what was stored cannot be read: \(String(buffer: request.encoded()))")
    }
    require(stored.encoded() == request.encoded(), "equal requests have different bytes")
    for dialect in Dialect.allCases {
      do {
        let target = RequestTarget(provider: "fuzz", model: "m")
        let written = try dialect.wire.told(conversation, for: target, streams: true).body
        require((try? JSONParser.parse(written)) != nil, "\(dialect) is sent what is no JSON")
      } catch {
        require(
          error.kind == .requestRefused && error.message?.isEmpty == false, "a refusal without a sentence")
      }
    }
  }
}
