public import NIOCore
import OrderedCollections

/// Writes answers for clients of Gemini's, whole and in chunks
/// (https://ai.google.dev/api/generate-content#GenerateContentResponse). A call is told whole, since Gemini's clients know no
/// pieces of one; what comes behind it waits for it.
public struct GeminiAnswerWriter: Sendable {
  private let id: String
  /// Parts that wait, by their numbers.
  private var waiting: [(index: Int, part: Part)] = []
  /// The thought that may go on, by its number: but for its text, which is told as it comes.
  private var open: (index: Int, thought: Thought, hasText: Bool)?
  private var citations: [Citation] = []
  /// Whether a part has been told in a chunk.
  private var isBegun = false
  /// Of an answer that came in this form, what is not ours.
  private var extras: JSONObject = [:]

  /// `id` is what clients know the answer by.
  public init(id: String) { self.id = id }

  // MARK: - Whole

  public func whole(_ answer: Answer, model: String, usage: TokenUsage) -> ByteBuffer {
    var writer = self
    let text = writer.take(answer.delta, isWhole: true)
    return writer.end(after: text, model: model, answer.finishReason, usage: usage)
  }

  // MARK: - In chunks

  /// The chunk that tells what has come; nil where nothing can be told yet.
  public mutating func chunk(_ delta: AnswerDelta, model: String) -> ByteBuffer? {
    let parts = take(delta, isWhole: false)
    guard !parts.isEmpty else { return nil }
    isBegun = true
    return body(["content": content(parts), "index": 0], model: model)
  }

  /// The last chunk: what waited, why the answer ended, and the tokens.
  ///
  /// It has a part, be it an empty one: google-genai's chats forget a turn of which one chunk had none. To a prompt that was
  /// blocked there is no turn.
  public mutating func end(model: String, _ reason: FinishReason?, usage: TokenUsage) -> ByteBuffer {
    let isBlocked = isPromptBlocked && !isBegun
    let mark = endThought()
    return end(
      after: mark.isEmpty && waiting.isEmpty && !isBlocked ? [["text": ""]] : mark, model: model, reason,
      usage: usage)
  }

  private var isPromptBlocked: Bool { extras["promptFeedback"]?["blockReason"] != nil }

  private mutating func end(
    after parts: [JSONValue], model: String, _ reason: FinishReason?, usage: TokenUsage
  ) -> ByteBuffer {
    var parts = parts
    var broken: String?
    for (_, part) in waiting {
      if case .toolCall(let call) = part, Self.arguments(of: call) == nil {
        // Half a call is none.
        broken = broken ?? call.arguments
      } else {
        parts += Self.parts(part)
      }
    }
    waiting = []
    var candidate = extras[GeminiAnswerReader.candidate]?.object ?? [:]
    if candidate["groundingMetadata"] == nil, !citations.isEmpty {
      candidate["groundingMetadata"] = ["groundingChunks": .array(citations.map(Self.source))]
    }
    if parts.isEmpty, broken != nil { parts = [["text": ""]] }
    if !parts.isEmpty { candidate["content"] = content(parts) }
    candidate["finishReason"] = .string(Self.word(for: reason, isBroken: broken != nil))
    if let broken, reason != .length {
      candidate["finishMessage"] = .string("Malformed function call: \(broken.prefix(500))")
    }
    candidate["index"] = 0
    var members = extras
    members[GeminiAnswerReader.candidate] = nil
    if members["usageMetadata"] == nil { members["usageMetadata"] = .object(usage.geminiForm) }
    // A prompt that was blocked has no candidate.
    let isBlocked = isPromptBlocked && parts.isEmpty && reason == .contentFilter
    return body(isBlocked ? nil : candidate, model: model, members)
  }

  private func content(_ parts: [JSONValue]) -> JSONValue { ["parts": .array(parts), "role": "model"] }

  private func body(_ candidate: JSONObject?, model: String, _ members: JSONObject = [:]) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      if let candidate { json.member("candidates", json: [.object(candidate)]) }
      json.members(members)
      json.member("modelVersion", model)
      json.member("responseId", id)
    }
    return json.buffer
  }

  private static func word(for reason: FinishReason?, isBroken: Bool) -> String {
    switch reason {
    case .length: "MAX_TOKENS"
    case .contentFilter: "SAFETY"
    case .stop, .toolCalls, nil: isBroken ? "MALFORMED_FUNCTION_CALL" : "STOP"
    }
  }

  // MARK: - Parts

  /// Takes events in. Returns the parts that can be told now; of a whole answer nothing has to wait for more.
  private mutating func take(_ delta: AnswerDelta, isWhole: Bool) -> [JSONValue] {
    var parts: [JSONValue] = []
    for event in delta.events {
      switch event {
      case .part(.citation(let citation), _, 0): citations.append(citation)
      case .part(let part, let index, 0):
        if let place = waiting.firstIndex(where: { $0.index == index }) {
          waiting[place].part.join(part)
        } else if isWhole {
          waiting.append((index, part))
        } else {
          if open.map({ $0.index != index }) ?? false { parts += endThought() }
          if part.comesInPieces || waiting.first.map({ $0.index < index }) ?? false {
            waiting.append((index, part))
          } else if case .thought(let piece) = part {
            parts += tell(piece, index)
          } else {
            parts += Self.parts(part)
          }
        }
      case .extras(let members, .gemini): extras.replace(by: members)
      case .part, .extras, .logprobs, .message, .choice, .finish, .usage: break
      }
    }
    return parts
  }

  /// The text of a piece of a thought. What its maker wants back is told once all of it is there, since it comes in pieces of its
  /// own; Gemini's own signatures are whole.
  private mutating func tell(_ piece: Thought, _ index: Int) -> [JSONValue] {
    var (_, thought, hasText) = open ?? (index, Thought(""), false)
    thought.join(piece)
    thought.text = ""
    hasText = hasText || !piece.text.isEmpty
    if thought.maker?.dialect == .gemini, thought.signature != nil {
      open = nil
      thought.text = piece.text
      return [Self.thought(thought, goesOn: hasText)]
    }
    open = (index, thought, hasText)
    return piece.text.isEmpty ? [] : [["text": .string(piece.text), "thought": true]]
  }

  /// What its maker wants back of the thought that has ended.
  private mutating func endThought() -> [JSONValue] {
    defer { open = nil }
    guard let open, GeminiMark.mark(of: open.thought) != nil else { return [] }
    return [Self.thought(open.thought, goesOn: open.hasText)]
  }

  /// As Gemini's clients read a part; nothing for one that says nothing to them.
  private static func parts(_ part: Part) -> [JSONValue] {
    switch part {
    case .text(let part): return part.text.isEmpty ? [] : [["text": .string(part.text)]]
    case .refusal(let text): return text.isEmpty ? [] : [["text": .string(text)]]
    case .thought(let thought): return [self.thought(thought, goesOn: false)]
    case .toolCall(let call):
      var function: JSONObject = call.id.isEmpty ? [:] : ["id": .string(call.id)]
      function["name"] = .string(call.name)
      function["args"] = .object(arguments(of: call) ?? [:])
      var json: JSONObject = ["functionCall": .object(function)]
      json["thoughtSignature"] = GeminiMark.mark(of: call).map(JSONValue.string)
      return [.object(json)]
    case .image(let image): return [part.geminiForm(file(image.source))]
    case .document(let document):
      return [document.source.map { part.geminiForm(file($0)) } ?? ["text": .string(document.text ?? "")]]
    case .audio(let audio):
      let type = audio.format.map { "audio/\($0 == "mp3" ? "mpeg" : $0)" } ?? "audio/wav"
      return [part.geminiForm(["inlineData": ["mimeType": .string(type), "data": .string(audio.data)]])]
    case .opaque(let opaque):
      if opaque.dialect == .gemini { return [.object(opaque.members)] }
      if let image = opaque.drawnImage { return [file(image.source)] }
      guard opaque.maker != nil else { return [] }
      return [["text": "", "thought": true, "thoughtSignature": .string(MakersMark.wrap(part))]]
    case .toolResult, .citation: return []
    }
  }

  /// A signature of Gemini's alone is of no thought, but of what stood before; unless the text of its thought did.
  private static func thought(_ thought: Thought, goesOn: Bool) -> JSONValue {
    var json: JSONObject = ["text": .string(thought.text)]
    let mark = GeminiMark.mark(of: thought)
    let isAlone = thought.text.isEmpty && !goesOn && mark != nil && thought.maker?.dialect == .gemini
    if !isAlone { json["thought"] = true }
    json["thoughtSignature"] = mark.map(JSONValue.string)
    return .object(json)
  }

  /// Nil for what is no object: the call was cut, or its model wrote something else.
  private static func arguments(of call: ToolCall) -> JSONObject? {
    if call.kind == .custom { return ["input": .string(call.arguments)] }
    if call.arguments.allSatisfy(\.isWhitespace) { return [:] }
    return (try? JSONParser.parse(call.arguments))?.object
  }

  private static func file(_ source: String) -> JSONValue {
    guard let url = try? DataURL(source) else { return ["fileData": ["fileUri": .string(source)]] }
    return ["inlineData": ["mimeType": .string(url.mediaType), "data": .string(url.base64)]]
  }

  private static func source(_ citation: Citation) -> JSONValue {
    if citation.dialect == .gemini { return .object(citation.members) }
    var web = JSONObject()
    web["uri"] = citation.url.map(JSONValue.string)
    web["title"] = citation.title.map(JSONValue.string)
    return ["web": .object(web)]
  }
}

extension Part {
  /// Whether Gemini's clients would take each piece of it for a whole.
  fileprivate var comesInPieces: Bool {
    switch self {
    case .toolCall, .audio, .opaque: true
    default: false
    }
  }
}
