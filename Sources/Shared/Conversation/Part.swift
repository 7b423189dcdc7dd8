/// A piece of what is said, by whomever. Pieces of one part join to the whole of it: ``join(_:)``.
public enum Part: Sendable, Hashable {
  case text(TextPart)
  /// What a model says instead of an answer.
  case refusal(String)
  case thought(Thought)
  case toolCall(ToolCall)
  case toolResult(ToolResult)
  case image(ImagePart)
  case audio(AudioPart)
  case document(DocumentPart)
  /// Where something that was said comes from.
  case citation(Citation)
  /// What only its own dialect knows.
  case opaque(OpaquePart)

  public static func text(_ text: String) -> Part { .text(TextPart(text)) }

  /// The text alone; nil for a part that is none.
  public var text: String? {
    if case .text(let part) = self { part.text } else { nil }
  }

  /// Whether there is nothing in it.
  public var isEmpty: Bool {
    switch self {
    case .text(let part): part.text.isEmpty && part.extras.isEmpty
    case .refusal(let text): text.isEmpty
    case .thought(let thought): thought.text.isEmpty && thought.signature == nil && thought.sealed == nil
    case .toolCall, .toolResult, .image, .audio, .document, .citation, .opaque: false
    }
  }

  /// A rough size in bytes, four for a token: an image counts as what it costs, whatever its own size, and so does a sound.
  public var weight: Int {
    switch self {
    case .image: 4000
    case .document(let document): document.weight
    case .audio(let audio): audio.weight
    case .opaque(let part) where part.isDrawing: 4000
    case .toolResult(let result): result.weight
    default: size
    }
  }

  /// A rough size in bytes.
  public var size: Int {
    switch self {
    case .text(let part): part.text.utf8.count + part.extras.size
    case .refusal(let text): text.utf8.count
    case .thought(let thought): thought.size
    case .toolCall(let call): call.size
    case .toolResult(let result): result.size
    case .image(let image): image.source.utf8.count + image.extras.size
    case .audio(let audio): audio.size
    case .document(let document): document.size
    case .citation(let citation): citation.size
    case .opaque(let part): part.members.size + part.name.utf8.count
    }
  }

  /// Adds the piece of the same part that follows. What a piece tells once more, such as a name, is not joined. A piece
  /// of another kind changes nothing.
  public mutating func join(_ next: Part) {
    // What is here is let go of before it grows, or a long text would be copied with each piece.
    switch self {
    case .text(var part):
      guard case .text(let more) = next else { return }
      self = .refusal("")
      part.join(more)
      self = .text(part)
    case .refusal(var text):
      guard case .refusal(let more) = next else { return }
      self = .refusal("")
      text += more
      self = .refusal(text)
    case .thought(var thought):
      guard case .thought(let more) = next else { return }
      self = .refusal("")
      thought.join(more)
      self = .thought(thought)
    case .toolCall(var call):
      guard case .toolCall(let more) = next else { return }
      self = .refusal("")
      call.join(more)
      self = .toolCall(call)
    case .audio(var audio):
      guard case .audio(let more) = next else { return }
      self = .refusal("")
      audio.join(more)
      self = .audio(audio)
    case .opaque(var part):
      guard case .opaque(let more) = next else { return }
      self = .refusal("")
      part.join(more)
      self = .opaque(part)
    // These come whole.
    case .toolResult, .image, .document, .citation: break
    }
  }
}

extension JSONObject {
  /// A rough size in bytes.
  var size: Int { isEmpty ? 0 : JSONValue.object(self).serialized().readableBytes }

  /// Adds the members that are not here yet: what is told again is not joined.
  mutating func addMissing(of more: JSONObject) {
    for (name, value) in more where self[name] == nil { self[name] = value }
  }

  /// Members beside a message that come in pieces: what tokens an answer is of, as vLLM tells it.
  static let growing: Set<String> = ["token_ids"]

  /// The same of members of a choice, of which some go on.
  mutating func joinChoice(_ more: JSONObject) {
    for (name, value) in more {
      guard Self.growing.contains(name), case .array(let piece) = value, case .array(var known)? = self[name]
      else {
        self[name] = value
        continue
      }
      self[name] = .null
      known += piece
      self[name] = .array(known)
    }
  }

  /// Puts later values in the place of earlier ones.
  mutating func replace(by more: JSONObject) {
    for (name, value) in more { self[name] = value }
  }
}
