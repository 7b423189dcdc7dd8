import Shared

/// What is answered, before a dialect writes it.
struct Answer: Sendable {
  /// Why the answer ends.
  enum Finish: Sendable, Equatable {
    case stop
    case length
    case toolCalls
    case blocked
    /// A reason in the provider's own words.
    case named(String)
    case none
  }

  /// About what an image costs at Gemini (https://ai.google.dev/gemini-api/docs/tokens).
  private static let tokensOfImage = 258

  let text: String
  /// After the text.
  let toolCalls: [ToolCall]
  let finish: Finish
  /// Before which the text was cut.
  let stopSequence: String?
  /// Nil where none is told.
  let usage: Behaviour.Usage?
  /// Unlike that of any other request, so that it may serve as an id.
  let id: String
  /// Unix seconds.
  let created: Int64

  init(to call: ChatCall, _ behaviour: Behaviour, number: Int) {
    let hash = AnswerText.hash(call.prompt, seed: call.seed)
    toolCalls = Self.toolCalls(call, behaviour)
    let whole =
      behaviour.isBlocked
      ? "" : behaviour.answer ?? (toolCalls.isEmpty ? AnswerText.make(call, hash: hash) : "")
    let (text, end, stopSequence) = Self.cut(whole, call)
    self.text = text
    self.stopSequence = stopSequence
    finish =
      switch behaviour.finishReason {
      case ""?: .none
      case let reason?: .named(reason)
      case nil where behaviour.isBlocked: .blocked
      case nil where end == .stop && !toolCalls.isEmpty: .toolCalls
      case nil: end
      }
    usage = behaviour.hasNoUsage ? nil : behaviour.usage ?? Self.usage(call, text, toolCalls)
    id = AnswerID.make(hash: hash, number: number)
    created = Timestamp.now / 1000
  }

  /// A script's calls, else the model's own; a script that gives a text means that text.
  private static func toolCalls(_ call: ChatCall, _ behaviour: Behaviour) -> [ToolCall] {
    if behaviour.isBlocked { return [] }
    if let scripted = behaviour.toolCalls { return scripted }
    return behaviour.answer == nil ? ToolCalling.calls(for: call) : []
  }

  /// A text up to the first stop sequence in it, or to the limit.
  private static func cut(_ whole: String, _ call: ChatCall) -> (String, Finish, stopSequence: String?) {
    var text = whole[...]
    var sequence: String?
    for candidate in call.stopSequences {
      guard let range = text.firstRange(of: candidate) else { continue }
      text = text[..<range.lowerBound]
      sequence = candidate
    }
    // About four characters a token, as English has.
    if let limit = call.maxTokens, limit < tokens(text) {
      return (String(text.prefix(limit * 4)), .length, nil)
    }
    return (String(text), .stop, sequence)
  }

  private static func usage(_ call: ChatCall, _ text: String, _ calls: [ToolCall]) -> Behaviour.Usage {
    // Bytes, because to count the characters of a long prompt takes longer than all the rest.
    let prompt = (call.prompt.utf8.count + 3) / 4 + call.conversation.images.count * tokensOfImage
    let called = calls.reduce(0) { $0 + tokens($1.name[...]) + tokens($1.argumentsText[...]) }
    return Behaviour.Usage(prompt: max(1, prompt), completion: tokens(text[...]) + called)
  }

  private static func tokens(_ text: Substring) -> Int { (text.count + 3) / 4 }

  /// The text in the pieces of a stream: three words each, or 40 characters where words are that long.
  var pieces: [String] {
    var pieces: [String] = []
    var piece = ""
    var (spaces, length) = (0, 0)
    for character in text {
      piece.append(character)
      length += 1
      if character == " " { spaces += 1 }
      guard length == 40 || (character == " " && spaces == 3) else { continue }
      pieces.append(piece)
      piece = ""
      (spaces, length) = (0, 0)
    }
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }
}
