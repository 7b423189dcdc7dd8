import Shared

/// What is answered, before a dialect writes it.
struct Answer: Sendable {
  /// Why the answer ends.
  enum Finish: Sendable, Equatable {
    case stop
    case length
    case blocked
    /// A reason in the provider's own words.
    case named(String)
    case none
  }

  let text: String
  let finish: Finish
  /// Nil where none is told.
  let usage: Behaviour.Usage?
  /// Unlike that of any other request, so that it may serve as an id.
  let id: String
  /// Unix seconds.
  let created: Int64

  init(to call: ChatCall, _ behaviour: Behaviour, number: Int) {
    let hash = AnswerText.hash(call.prompt)
    var text = behaviour.isBlocked ? "" : behaviour.answer ?? AnswerText.make(call, hash: hash)
    var finish = behaviour.isBlocked ? Finish.blocked : .stop
    // About four characters a token, as English has.
    if let limit = call.maxTokens, limit < Self.tokens(text) {
      text = String(text.prefix(limit * 4))
      finish = .length
    }
    if let reason = behaviour.finishReason { finish = reason.isEmpty ? .none : .named(reason) }
    self.text = text
    self.finish = finish
    // Bytes, because to count the characters of a long prompt takes longer than all the rest.
    let counted = Behaviour.Usage(
      prompt: max(1, (call.prompt.utf8.count + 3) / 4), completion: Self.tokens(text))
    usage = behaviour.hasNoUsage ? nil : behaviour.usage ?? counted
    id = String(hash ^ (UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15), radix: 36)
    created = Timestamp.now / 1000
  }

  private static func tokens(_ text: String) -> Int { (text.count + 3) / 4 }

  /// The text in the pieces of a stream: three words each.
  var pieces: [String] {
    var pieces: [String] = []
    var piece = ""
    var spaces = 0
    for character in text {
      piece.append(character)
      guard character == " " else { continue }
      spaces += 1
      if spaces.isMultiple(of: 3) {
        pieces.append(piece)
        piece = ""
      }
    }
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }
}
