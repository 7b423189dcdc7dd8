import NIOCore
import Shared

/// What every conversation must hold to, whoever's form it was asked in: it survives being stored, and becomes one JSON text in
/// every dialect, or a refusal that says what to do.
enum ConversationCheck {
  static func run(_ asked: Conversation) {
    let request = JobRequest.chat(asked)
    guard let stored = try? JobRequest(stored: request.encoded()) else {
      fatalError("what was stored cannot be read: \(String(buffer: request.encoded()))")
    }
    require(stored.encoded() == request.encoded(), "equal requests have different bytes")
    guard case .chat(let conversation) = stored else { fatalError("a chat was stored as something else") }
    for dialect in Dialect.allCases {
      do {
        let target = RequestTarget(provider: "fuzz", model: "m")
        let written = try dialect.wire.told(conversation, for: target, streams: true).body
        require((try? JSONParser.parse(written)) != nil, "\(dialect) is sent what is no JSON")
      } catch {
        let sentence = error.message ?? ""
        require(error.kind == .requestRefused && !sentence.isEmpty, "a refusal without a sentence")
        require(
          sentence.unicodeScalars.count <= ProviderMessage.limit, "a sentence of \(sentence.utf8.count)")
      }
    }
  }
}
