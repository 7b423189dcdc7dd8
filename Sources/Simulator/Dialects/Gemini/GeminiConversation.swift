import Shared

/// Reads `systemInstruction` and `contents`, and checks that the turns follow one another as they must.
struct GeminiConversation {
  /// What Gemini sees, hears and reads besides text. GIF is not among it.
  private static let imageTypes = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"]
  private static let otherTypes = ["audio/", "video/", "text/", "application/pdf"]
  /// What a part can hold, of which it holds exactly one.
  private static let data = [
    "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode",
    "codeExecutionResult",
  ]

  private let model: String
  private var texts: [String] = []
  private var images: [SeenImage] = []
  /// How many functions the last turn calls.
  private var openCalls = 0
  /// Those of the last turn.
  private var results: [ToolResult] = []

  static func read(_ body: JSONValue, model: String) throws(Refusal) -> Conversation {
    guard let contents = body["contents"]?.array, !contents.isEmpty else {
      throw .invalid("* GenerateContentRequest.contents: contents is not specified\n")
    }
    let isModel = contents.map { $0["role"]?.string == "model" }
    guard !zip(isModel, isModel.dropFirst()).contains(where: ==) else {
      throw .invalid("Please ensure that multiturn requests alternate between user and model.")
    }
    var reader = GeminiConversation(model: model)
    if let system = body.present("systemInstruction") {
      reader.texts.append(try reader.text(of: system, "system_instruction"))
    }
    for (index, content) in contents.enumerated() {
      try reader.take(content, isFirst: index == 0, "contents[\(index)]")
    }
    return Conversation(texts: reader.texts, images: reader.images, toolResults: reader.results)
  }

  private init(model: String) { self.model = model }

  private mutating func take(_ content: JSONValue, isFirst: Bool, _ place: String) throws(Refusal) {
    guard ["user", "model", "function"].contains(content["role"]?.string ?? "user") else {
      throw .invalid("Please use a valid role: user, model.")
    }
    results = []
    texts.append(try text(of: content, place))
    let parts = content["parts"]?.array ?? []
    let calls = parts.filter { $0.present("functionCall") != nil }
    try checkOrder(calls: calls.count, responses: results.count, isFirst: isFirst)
    try checkSignature(of: calls, place)
    openCalls = calls.count
  }

  // MARK: - Functions

  private func checkOrder(calls: Int, responses: Int, isFirst: Bool) throws(Refusal) {
    if calls > 0, isFirst {
      throw .invalid(
        "Please ensure that function call turn comes immediately after a user turn or after a function "
          + "response turn.")
    }
    if responses > 0, openCalls == 0 {
      throw .invalid(
        "Please ensure that function response turn comes immediately after a function call turn.")
    }
    if responses != openCalls {
      throw .invalid(
        "Please ensure that the number of function response parts is equal to the number of function call "
          + "parts of the function call turn.")
    }
  }

  private func checkSignature(of calls: [JSONValue], _ place: String) throws(Refusal) {
    guard let first = calls.first, ThoughtSignature.isDemanded(by: model) else { return }
    guard let signature = first["thoughtSignature"]?.string else {
      throw .invalid(
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to "
          + "work correctly, and missing thought_signature may lead to degraded model performance. "
          + "Additional data, function call `\(first["functionCall"]?["name"]?.string ?? "")`, position 1. "
          + "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.")
    }
    guard ThoughtSignature.isGenuine(signature) else { throw .invalid("Corrupted thought signature.") }
  }

  private mutating func takeResponse(_ response: JSONValue, _ place: String) throws(Refusal) -> String {
    guard let name = response["name"]?.string, !name.isEmpty else {
      throw .invalid(
        "* GenerateContentRequest.\(place).function_response.name: Name cannot be empty.\n")
    }
    let text = (response["response"] ?? [:]).description
    results.append(ToolResult(name: name, text: text))
    return text
  }

  // MARK: - Parts

  private mutating func text(of content: JSONValue, _ place: String) throws(Refusal) -> String {
    guard let parts = content["parts"]?.array, !parts.isEmpty else {
      throw .invalid("* GenerateContentRequest.\(place).parts: contents.parts must not be empty.\n")
    }
    var texts: [String] = []
    for (index, part) in parts.enumerated() {
      if let text = try take(part, "\(place).parts[\(index)]") { texts.append(text) }
    }
    return texts.joined(separator: "\n")
  }

  private mutating func take(_ part: JSONValue, _ place: String) throws(Refusal) -> String? {
    let present = Self.data.filter { part.present($0) != nil }
    guard let kind = present.first, part["text"] != "" else {
      throw .invalid(
        "* GenerateContentRequest.\(place).data: required oneof field 'data' must have one initialized "
          + "field\n")
    }
    guard present.count == 1, let value = part[kind] else {
      throw .invalid("Invalid value at '\(place)' (oneof), oneof field 'data' is already set.")
    }
    switch kind {
    case "text": return part["thought"] == true ? nil : value.string
    case "functionResponse": return try takeResponse(value, place)
    case "functionCall":
      guard value["name"]?.string?.isEmpty == false else {
        throw .invalid("* GenerateContentRequest.\(place).function_call.name: Name cannot be empty.\n")
      }
    case "inlineData": try takeInline(value, place)
    case "fileData": try takeFile(value, place)
    default: break
    }
    return nil
  }

  private mutating func takeInline(_ blob: JSONValue, _ place: String) throws(Refusal) {
    guard let type = blob["mimeType"]?.string, !type.isEmpty else {
      throw .invalid("* GenerateContentRequest.\(place).inline_data.mime_type: mime_type is not specified\n")
    }
    guard let bytes = blob["data"]?.string.flatMap(Base64.decodeEither), !bytes.isEmpty else {
      throw .invalid("* GenerateContentRequest.\(place).inline_data.data: data is not specified\n")
    }
    if Self.imageTypes.contains(type) {
      images.append(.sent(mimeType: type, byteCount: bytes.count))
    } else if !Self.otherTypes.contains(where: type.hasPrefix) {
      throw .invalid("Unsupported MIME type: \(type)")
    }
  }

  private mutating func takeFile(_ file: JSONValue, _ place: String) throws(Refusal) {
    let address = file["fileUri"]?.string ?? ""
    guard address.hasPrefix("https://") || address.hasPrefix("gs://") else {
      throw .invalid("Invalid or unsupported file uri: \(address)")
    }
    let type = file["mimeType"]?.string ?? "image/"
    if type.hasPrefix("image/") { images.append(.address(address)) }
  }
}
