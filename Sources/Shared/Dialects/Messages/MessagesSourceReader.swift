import OrderedCollections

/// Reads images and files as Anthropic's clients send them.
enum MessagesSourceReader {
  /// How a PDF begins, in Base64.
  private static let pdf = "JVBERi"

  static func image(_ members: JSONObject) throws(InputFault) -> ImagePart {
    let extras = members.without("type", "source")
    return try InputFault.within("source") { () throws(InputFault) in
      let (kind, source) = try source(members, ["base64", "file", "url"])
      return try InputFault.within(kind) { () throws(InputFault) in
        switch kind {
        case "base64": return ImagePart(source: try imageData(source), extras: extras)
        case "url": return ImagePart(source: try string("url", source), extras: extras)
        default: return ImagePart(source: "", id: try string("file_id", source), extras: extras)
        }
      }
    }
  }

  private static func imageData(_ source: JSONObject) throws(InputFault) -> String {
    let type = DataURL.registeredType(try string("media_type", source))
    guard let said = ImageKind(rawValue: type) else {
      throw InputFault(
        "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'", at: .name("media_type"))
    }
    let data = try base64(source)
    if let actual = ImageKind(base64: data), actual != said {
      throw InputFault(
        "The image was specified using the \(type) media type, but the image appears to be a \(actual.rawValue) image"
      )
    }
    return "data:\(type);base64,\(data)"
  }

  static func document(_ members: JSONObject) throws(InputFault) -> DocumentPart {
    var document = DocumentPart(
      source: nil, name: members["title"]?.string, extras: members.without("type", "source", "title"))
    try InputFault.within("source") { () throws(InputFault) in
      let (kind, source) = try source(members, ["base64", "content", "file", "text", "url"])
      try InputFault.within(kind) { () throws(InputFault) in
        switch kind {
        case "base64":
          let type = try string("media_type", source)
          guard type == "application/pdf" else {
            throw InputFault("Input should be 'application/pdf'", at: .name("media_type"))
          }
          let data = try base64(source)
          guard data.hasPrefix(pdf) else { throw InputFault("The PDF specified was not valid.") }
          document.source = "data:\(type);base64,\(data)"
        case "text": document.text = try string("data", source)
        case "url": document.source = try string("url", source)
        case "file": document.id = try string("file_id", source)
        default:
          document.text = text(of: source["content"])
          document.extras["source"] = .object(source)
        }
      }
    }
    return document
  }

  /// A result of a search of the client's: a text with its source. Anthropic gets it back as it is.
  static func searchResult(_ members: JSONObject) -> DocumentPart {
    DocumentPart(
      source: nil, name: members["title"]?.string ?? members["source"]?.string,
      text: text(of: members["content"]), extras: ["block": .object(members)])
  }

  // MARK: - Members

  private static func source(
    _ members: JSONObject, _ kinds: [String]
  ) throws(InputFault) -> (kind: String, JSONObject) {
    guard let json = members["source"] else { throw InputFault.missing() }
    guard case .object(let source) = json else { throw InputFault("Input should be a valid object") }
    guard let kind = source["type"]?.string else { throw InputFault.missing(.name("type")) }
    guard kinds.contains(kind) else {
      let expected = kinds.map { "'\($0)'" }.joined(separator: ", ")
      throw InputFault(
        "Input tag '\(kind.prefix(64))' found using 'type' does not match any of the expected tags: \(expected)"
      )
    }
    return (kind, source)
  }

  private static func string(_ name: String, _ members: JSONObject) throws(InputFault) -> String {
    guard let json = members[name] else { throw InputFault.missing(.name(name)) }
    guard let text = json.string, !text.isEmpty else {
      throw InputFault("String should have at least 1 character", at: .name(name))
    }
    return text
  }

  private static func base64(_ source: JSONObject) throws(InputFault) -> String {
    let data = try string("data", source)
    guard DataURL.isBase64(data) else { throw InputFault("invalid base64 data", at: .name("data")) }
    return data
  }

  private static func text(of content: JSONValue?) -> String {
    switch content {
    case .string(let text): text
    case .array(let blocks): blocks.compactMap { $0["text"]?.string }.joined(separator: "\n")
    default: ""
    }
  }
}
