import OrderedCollections

/// Gemini's parts (https://ai.google.dev/api/caching#Part).
struct GeminiPartWriter: PartWriter {
  let model: GeminiModel
  /// The name of the provider that is asked: of its own thoughts it wants the signatures back.
  let maker: String
  /// Whether the conversation was asked in this form, so that the members which its parts have beside ours are Gemini's.
  var keepsMembers = false

  var provider: String { GeminiDialect.provider }

  var takesMediaOfModels: Bool { keepsMembers }
  var takesImagesOfModels: Bool { true }

  /// Gemini takes a blank text where it refuses an empty one.
  var opening: JSONValue { ["text": " "] }

  /// Gemini refuses empty parts with 400. It caches of itself.
  func text(_ part: TextPart) -> JSONValue? {
    // Not as one expression, in which nil would be JSON's null.
    guard !part.text.isEmpty else { return nil }
    return with(part.extras, ["text": .string(part.text)])
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
    if part.dialect == .gemini { return .object(part.members) }
    throw .missing("`\(part.members["type"]?.string ?? "")` parts", in: provider)
  }

  // MARK: - Images, sounds, files

  func image(_ image: ImagePart) throws(Untranslatable) -> JSONValue {
    let url = image.source
    if DataURL.isOne(url) { return with(image.extras, inline(try DataURL(url))) }
    if keepsMembers { return file(url, image.extras) }
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
    if keepsMembers, let type = audio.extras["mimeType"] {
      return with(audio.extras, ["inlineData": ["mimeType": type, "data": .string(audio.data)]])
    }
    guard let format = audio.format, ["wav", "mp3"].contains(format), DataURL.isBase64(audio.data) else {
      throw Untranslatable("`input_audio` should have `data` in Base64 and a `format`, wav or mp3.")
    }
    return ["inlineData": ["mimeType": .string("audio/\(format)"), "data": .string(audio.data)]]
  }

  func document(_ document: DocumentPart) throws(Untranslatable) -> JSONValue {
    if keepsMembers, let url = document.source, !DataURL.isOne(url) { return file(url, document.extras) }
    guard let url = document.source, DataURL.isOne(url) else {
      throw Untranslatable("Gemini takes a file as `file_data` with a data: URL, and not by its id.")
    }
    return with(document.extras, inline(try DataURL(url)))
  }

  /// A file where it is, with its type as it was told.
  private func file(_ address: String, _ extras: JSONObject) -> JSONValue {
    var file: JSONObject = ["fileUri": .string(address)]
    if let type = extras["mimeType"] { file["mimeType"] = type }
    return with(extras, ["fileData": .object(file)])
  }

  /// The members that a part has beside ours: of the part, and of what it holds.
  private func with(_ extras: JSONObject, _ part: JSONObject) -> JSONValue {
    guard keepsMembers, !extras.isEmpty else { return .object(part) }
    var part = part
    for (name, value) in extras {
      switch name {
      case "inlineData", "fileData":
        guard case .object(var inner)? = part[name] else { continue }
        for (name, value) in value.object ?? [:] { inner[name] = value }
        part[name] = .object(inner)
      case "mimeType":
        guard case .object(var blob)? = part["inlineData"] else { continue }
        blob["mimeType"] = value
        part["inlineData"] = .object(blob)
      default: part[name] = value
      }
    }
    return .object(part)
  }

  private func inline(_ url: DataURL) -> JSONObject {
    ["inlineData": ["mimeType": .string(url.mediaType), "data": .string(url.base64)]]
  }

  // MARK: - Calls and their results

  func call(
    _ call: ToolCall, arguments: JSONObject, position: Int
  ) throws(Untranslatable) -> JSONValue {
    var function: JSONObject = ["name": .string(call.name), "args": .object(arguments)]
    if !call.id.isEmpty { function["id"] = .string(call.id) }
    if keepsMembers { for (name, value) in call.extras where name != "part" { function[name] = value } }
    var part: JSONObject = ["functionCall": .object(function)]
    if let signature = call.signature, call.maker?.isProvider(maker, speaking: .gemini) ?? false {
      part["thoughtSignature"] = .string(signature)
    } else if model.thinksInLevels, position == 0 {
      part["thoughtSignature"] = .string(Self.signatureOfOthers)
    }
    return with(call.extras["part"]?.object ?? [:], part)
  }

  /// From Gemini 3 on the first call of a turn must bear a signature. A call that another model made before a
  /// cascade came here has none; this stands for it
  /// (https://ai.google.dev/gemini-api/docs/thought-signatures#faqs).
  private static let signatureOfOthers = "skip_thought_signature_validator"

  /// Older models do not; who asked in this form knows whom.
  private var takesFilesInResults: Bool { model.thinksInLevels || keepsMembers }

  func besideResult(_ result: ToolResult) -> [Part] {
    takesFilesInResults ? [] : result.parts.filter { !$0.isText }
  }

  func result(_ result: ToolResult, of call: ToolCall) throws(Untranslatable) -> JSONValue {
    let texts = result.parts.filter { $0.isText }
    let text = texts.reduce(into: "") { $0 += $1.completion }
    // It must be an object; what is none becomes one by the names that Gemini's reference proposes.
    let object = (try? JSONParser.parse(text, of: .provider))?.object
    var response: JSONObject = [
      "name": .string(call.name),
      "response": object.map(JSONValue.object) ?? [result.isError ? "error" : "output": .string(text)],
    ]
    if !call.id.isEmpty { response["id"] = .string(call.id) }
    let others = result.parts.filter { !$0.isText }
    if !others.isEmpty, takesFilesInResults { response["parts"] = .array(try parts(of: others)) }
    if keepsMembers { for (name, value) in result.extras { response[name] = value } }
    return ["functionResponse": .object(response)]
  }
}

extension Part {
  fileprivate var isText: Bool {
    switch self {
    case .text, .refusal: true
    default: false
    }
  }
}
