import NIOCore
import Shared

@testable import API

/// A request in Responses' form is refused, or survives being stored and becomes one JSON text in every dialect, or a refusal
/// that says what to do.
enum ResponsesFuzz {
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)),
      case .success(let body) = ResponsesBody.schema.decode(value)
    else { return }
    let asked = body.conversation(value.object ?? [:])
    let request = JobRequest.chat(asked)
    guard let stored = try? JobRequest(stored: request.encoded()), case .chat(let conversation) = stored
    else {
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
