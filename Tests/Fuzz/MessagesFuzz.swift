import NIOCore
import Shared

/// A request in Anthropic's form is refused in words, or holds to what ``ConversationCheck`` wants.
enum MessagesFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)) else { return }
    let conversation: Conversation
    do { conversation = try MessagesRequestReader.read(value).conversation } catch {
      require(error.sentence != "", "a refusal without a sentence")
      return
    }
    ConversationCheck.run(conversation)
  }
}
