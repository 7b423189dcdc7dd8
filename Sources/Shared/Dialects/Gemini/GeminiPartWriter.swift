import OrderedCollections

/// Gemini's parts (https://ai.google.dev/api/caching#Part).
struct GeminiPartWriter: PartWriter {
  let model: GeminiModel
  /// The name of the provider that is asked: of its own thoughts it wants the signatures back.
  let maker: String

  var provider: String { GeminiDialect.provider }

  /// Gemini takes a blank text where it refuses an empty one.
  var opening: JSONValue { ["text": " "] }

  /// Gemini refuses empty parts with 400. It caches of itself.
  func text(_ part: TextPart) -> JSONValue? {
    part.text.isEmpty ? nil : ["text": .string(part.text)]
  }

  /// The text of a thought need not go back, its signature must; one without a text may stand in a part of its own.
  func thought(_ thought: Thought) -> JSONValue? {
    guard let maker = thought.maker, maker.isProvider(self.maker, speaking: .gemini),
      let signature = thought.signature
    else { return nil }
    guard !thought.text.isEmpty else { return ["text": "", "thoughtSignature": .string(signature)] }
    return ["text": .string(thought.text), "thought": true, "thoughtSignature": .string(signature)]
  }

  func opaque(_ part: OpaquePart) throws(Untranslatable) -> JSONValue? {
    if let maker = part.maker {
      return maker.isProvider(self.maker, speaking: .gemini) ? .object(part.members) : nil
    }
    guard part.name.isEmpty else { return nil }
    throw .missing("`\(part.members["type"]?.string ?? "")` parts", in: provider)
  }

  // MARK: - Images, sounds, files

  func image(_ image: ImagePart) throws(Untranslatable) -> JSONValue {
    let url = image.source
    if DataURL.isOne(url) { return inline(try DataURL(url)) }
    guard url.lowercased().hasPrefix("https://") else {
      throw Untranslatable("Gemini takes an image as a data: URL or at an https address.")
    }
    guard let type = Self.imageType(of: url) else {
      throw Untranslatable(
        "Gemini must be told what kind of image it is, and the address has no ending such as .png; "
          + "send the image as a data: URL.")
    }
    return ["fileData": ["mimeType": .string(type), "fileUri": .string(url)]]
  }

  /// By the ending of the path.
  private static func imageType(of url: String) -> String? {
    let path = url.prefix { $0 != "?" && $0 != "#" }
    guard let dot = path.lastIndex(of: "."), let slash = path.lastIndex(of: "/"), slash < dot else {
      return nil
    }
    return switch path[path.index(after: dot)...].lowercased() {
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "heic": "image/heic"
    case "heif": "image/heif"
    default: nil
    }
  }

  func audio(_ audio: AudioPart) throws(Untranslatable) -> JSONValue {
    guard let format = audio.format, ["wav", "mp3"].contains(format), DataURL.isBase64(audio.data) else {
      throw Untranslatable("`input_audio` should have `data` in Base64 and a `format`, wav or mp3.")
    }
    return ["inlineData": ["mimeType": .string("audio/\(format)"), "data": .string(audio.data)]]
  }

  func document(_ document: DocumentPart) throws(Untranslatable) -> JSONValue {
    guard let url = document.source, DataURL.isOne(url) else {
      throw Untranslatable("Gemini takes a file as `file_data` with a data: URL, and not by its id.")
    }
    return inline(try DataURL(url))
  }

  private func inline(_ url: DataURL) -> JSONValue {
    ["inlineData": ["mimeType": .string(url.mediaType), "data": .string(url.base64)]]
  }

  // MARK: - Calls and their results

  func call(
    _ call: ToolCall, arguments: JSONObject, position: Int
  ) throws(Untranslatable) -> JSONValue {
    var function: JSONObject = ["name": .string(call.name), "args": .object(arguments)]
    if !call.id.isEmpty { function["id"] = .string(call.id) }
    var part: JSONObject = ["functionCall": .object(function)]
    if let signature = call.signature, call.maker?.isProvider(maker, speaking: .gemini) ?? false {
      part["thoughtSignature"] = .string(signature)
    } else if model.thinksInLevels, position == 0 {
      part["thoughtSignature"] = .string(Self.signatureOfOthers)
    }
    return .object(part)
  }

  /// From Gemini 3 on the first call of a turn must bear a signature. A call that another model made before a
  /// cascade came here has none; this stands for it
  /// (https://ai.google.dev/gemini-api/docs/thought-signatures#faqs).
  private static let signatureOfOthers = "skip_thought_signature_validator"

  func result(_ result: ToolResult, of call: ToolCall) throws(Untranslatable) -> JSONValue {
    let texts = try textOnly(result.parts, "as the result of a function")
    let text = texts.compactMap { $0["text"]?.string }.joined()
    // It must be an object; what is none becomes one by the name that Gemini's reference proposes.
    let object = (try? JSONParser.parse(text))?.object
    var response: JSONObject = [
      "name": .string(call.name), "response": object.map(JSONValue.object) ?? ["output": .string(text)],
    ]
    if !call.id.isEmpty { response["id"] = .string(call.id) }
    return ["functionResponse": .object(response)]
  }
}
