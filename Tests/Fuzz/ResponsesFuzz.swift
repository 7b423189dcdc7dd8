import NIOCore
import Shared

@testable import API

/// A request in Responses' form is refused in words, or holds to what ``ConversationCheck`` wants.
enum ResponsesFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)),
      case .success(let body) = ResponsesBody.schema.decode(value)
    else { return }
    ConversationCheck.run(body.conversation(value.object ?? [:]))
  }
}
