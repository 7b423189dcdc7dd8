/// How a provider writes the parts of messages. Throws a sentence about what it has no form for.
protocol PartWriter {
  /// Its name in sentences.
  var provider: String { get }

  /// What the user says where the conversation would start with the model, which the provider refuses: as little
  /// as it takes.
  var opening: JSONValue { get }

  /// Whether all that a model drew or spoke goes back to it, as it came.
  var takesMediaOfModels: Bool { get }

  /// Whether pictures that a model drew go back to it.
  var takesImagesOfModels: Bool { get }

  /// The same of files.
  var takesDocumentsOfModels: Bool { get }

  /// Nil for a text that the provider refuses because it says nothing.
  func text(_ part: TextPart) -> JSONValue?

  func image(_ image: ImagePart) throws(Untranslatable) -> JSONValue
  func audio(_ audio: AudioPart) throws(Untranslatable) -> JSONValue
  func document(_ document: DocumentPart) throws(Untranslatable) -> JSONValue

  /// A thought of its own; nil for any other's, which is of no use to it.
  func thought(_ thought: Thought) -> JSONValue?

  /// A part that only its own dialect knows; nil where it says nothing to this one.
  func opaque(_ part: OpaquePart) throws(Untranslatable) -> JSONValue?

  /// `position` counts the calls of one message.
  func call(_ call: ToolCall, arguments: JSONObject, position: Int) throws(Untranslatable) -> JSONValue

  /// What the call brought.
  func result(_ result: ToolResult, of call: ToolCall) throws(Untranslatable) -> JSONValue

  /// What of it has no place in a result, and is said by the user behind it.
  func besideResult(_ result: ToolResult) -> [Part]
}

extension PartWriter {
  var takesMediaOfModels: Bool { false }
  var takesImagesOfModels: Bool { takesMediaOfModels }
  var takesDocumentsOfModels: Bool { takesImagesOfModels }

  func besideResult(_ result: ToolResult) -> [Part] { [] }

  /// The parts of a message, without those that say nothing, and without calls.
  func parts(of parts: [Part]) throws(Untranslatable) -> [JSONValue] {
    var written: [JSONValue] = []
    for (index, part) in parts.enumerated() {
      do throws(Untranslatable) {
        if let part = try write(part) { written.append(part) }
      } catch { throw error.at("content[\(index)]") }
    }
    return written
  }

  private func write(_ part: Part) throws(Untranslatable) -> JSONValue? {
    switch part {
    case .text(let text): self.text(text)
    // What a model said instead of an answer.
    case .refusal(let text): self.text(TextPart(text))
    case .thought(let thought): self.thought(thought)
    case .image(let image): try self.image(image)
    case .audio(let audio): try self.audio(audio)
    case .document(let document): try self.document(document)
    case .opaque(let opaque): try self.opaque(opaque)
    case .toolCall, .toolResult, .citation: nil
    }
  }

  /// For what may hold nothing but text.
  func textOnly(_ parts: [Part], _ what: String) throws(Untranslatable) -> [JSONValue] {
    for part in parts {
      switch part {
      case .text, .refusal: continue
      default: throw Untranslatable("\(provider) takes nothing but text \(what).")
      }
    }
    return try self.parts(of: parts)
  }
}
