import NIOCore
import Shared

/// A request in Gemini's form is refused in words, or holds to what ``ConversationCheck`` wants.
enum GeminiFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)) else { return }
    let conversation: Conversation
    do { conversation = try GeminiRequestReader.conversation(model: "m", value) } catch {
      require(error.sentence != "", "a refusal without a sentence")
      return
    }
    ConversationCheck.run(conversation)
  }
}
