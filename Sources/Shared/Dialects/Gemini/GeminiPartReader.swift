import FoundationEssentials
import OrderedCollections

/// Reads the parts of a content that are neither calls nor their results (https://ai.google.dev/api/caching#Part).
enum GeminiPartReader {
  /// What only Gemini itself makes something of.
  private static let own: Set<String> = [
    "executableCode", "codeExecutionResult", "toolCall", "toolResponse", "videoMetadata",
  ]

  /// One, or a text and the signature behind it.
  static func parts(_ members: JSONObject, isModel: Bool) throws(InputFault) -> [Part] {
    if let text = members["text"] { return try self.text(text, members) }
    if let blob = members["inlineData"] {
      do throws(InputFault) { return [try inline(blob, members.without("inlineData"))] } catch {
        throw error.inside(.name("inlineData"))
      }
    }
    if let file = members["fileData"] {
      do throws(InputFault) { return [try self.file(file, members.without("fileData"))] } catch {
        throw error.inside(.name("fileData"))
      }
    }
    guard members.keys.contains(where: own.contains) else {
      guard let name = members.keys.first else {
        throw InputFault("required oneof field 'data' must have one initialized field")
      }
      // A signature may stand alone.
      if members.count == 1, let mark = members["thoughtSignature"]?.string {
        return [GeminiMark.thought("", mark)]
      }
      throw InputFault("Unknown name \"\(name.prefix(64))\": Cannot find field.")
    }
    let maker: Maker? = isModel ? Maker(provider: nil, dialect: .gemini) : nil
    return [.opaque(OpaquePart(name: "", members: members, dialect: .gemini, maker: maker))]
  }

  private static func text(_ json: JSONValue, _ members: JSONObject) throws(InputFault) -> [Part] {
    guard let text = json.string else {
      throw InputFault("Input should be a text", at: .name("text"))
    }
    let mark = members["thoughtSignature"]?.string
    if members["thought"]?.bool == true { return [GeminiMark.thought(text, mark)] }
    let extras = members.without("text", "thought", "thoughtSignature")
    var parts: [Part] = text.isEmpty && mark != nil ? [] : [.text(TextPart(text, extras: extras))]
    if let mark, !mark.isEmpty { parts.append(GeminiMark.thought("", mark)) }
    return parts
  }

  // MARK: - Images, sounds, files

  private static func inline(_ json: JSONValue, _ others: JSONObject) throws(InputFault) -> Part {
    guard case .object(let blob) = json else { throw InputFault("Input should be an object") }
    guard let type = blob["mimeType"]?.string?.lowercased(), isMediaType(type) else {
      throw InputFault("Input should be a MIME type such as image/png", at: .name("mimeType"))
    }
    guard let text = blob["data"]?.string, let data = bytes(text), !data.isEmpty else {
      throw InputFault("Base64 decoding failed", at: .name("data"))
    }
    let base64 = data.base64EncodedString()
    var extras = others
    let more = blob.without("mimeType", "data")
    if !more.isEmpty { extras["inlineData"] = .object(more) }
    if type.hasPrefix("image/") {
      if let said = ImageKind(rawValue: type), let actual = ImageKind(base64: base64), actual != said {
        throw InputFault(
          "Unable to process input image: it is said to be \(type) and appears to be \(actual.rawValue)",
          at: .name("data"))
      }
      let known = DataURL.registeredType(type)
      return .image(ImagePart(source: "data:\(known);base64,\(base64)", extras: extras))
    }
    if type.hasPrefix("audio/") {
      extras["mimeType"] = .string(type)
      return .audio(AudioPart(data: base64, format: soundFormat(type), extras: extras))
    }
    if type.contains(";") { extras["mimeType"] = .string(type) }
    return .document(
      DocumentPart(source: "data:\(type);base64,\(base64)", name: blob["displayName"]?.string, extras: extras)
    )
  }

  private static func file(_ json: JSONValue, _ others: JSONObject) throws(InputFault) -> Part {
    guard case .object(let file) = json, let address = file["fileUri"]?.string, !address.isEmpty else {
      throw InputFault("Input should be an address", at: .name("fileUri"))
    }
    var extras = others
    if let type = file["mimeType"] { extras["mimeType"] = type }
    let more = file.without("mimeType", "fileUri")
    if !more.isEmpty { extras["fileData"] = .object(more) }
    if file["mimeType"]?.string?.hasPrefix("image/") == true {
      return .image(ImagePart(source: address, extras: extras))
    }
    return .document(DocumentPart(source: address, extras: extras))
  }

  /// As OpenAI's clients name it.
  private static func soundFormat(_ type: String) -> String {
    switch type.dropFirst(6).prefix(while: { $0 != ";" }) {
    case "mpeg", "mp3", "mpga": "mp3"
    case "wav", "x-wav", "wave", "vnd.wave": "wav"
    case let name: String(name)
    }
  }

  private static func isMediaType(_ type: String) -> Bool {
    let names = type.prefix { $0 != ";" }.split(separator: "/", omittingEmptySubsequences: false)
    return names.count == 2 && type.utf8.count <= 128
      && names.allSatisfy { name in
        !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }
      }
  }

  /// In either alphabet, with or without its padding, as Google takes it.
  private static func bytes(_ text: String) -> Data? {
    if text.utf8.count % 4 == 0, let data = Data(base64Encoded: text) { return data }
    var usual = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    let excess = usual.utf8.count % 4
    if excess > 0, usual.utf8.last != UInt8(ascii: "=") { usual += String(repeating: "=", count: 4 - excess) }
    return Data(base64Encoded: usual)
  }
}
