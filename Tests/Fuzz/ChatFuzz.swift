import NIOCore
import Shared

@testable import API

/// A chat in OpenAI's form is refused in words, or holds to what ``ConversationCheck`` wants.
enum ChatFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)),
      case .success(let body) = ChatCompletionBody.schema.decode(value)
    else { return }
    ConversationCheck.run(body.conversation)
  }
}
