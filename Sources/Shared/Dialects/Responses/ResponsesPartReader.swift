import OrderedCollections

/// Reads the parts of a message, or of what a tool returned, in Responses' form
/// (https://platform.openai.com/docs/api-reference/responses/create). What cannot be read as one of ours is kept as it came.
enum ResponsesPartReader {
  /// The name of parts that are kept as they came, by which they are told from items.
  static let content = "content"

  /// A text, or parts.
  static func content(_ json: JSONValue?) throws(InputFault) -> [Part] {
    switch json {
    case .string(let text): return text.isEmpty ? [] : [.text(text)]
    case .array(let elements):
      var parts: [Part] = []
      for (index, element) in elements.enumerated() {
        do throws(InputFault) { parts.append(try part(element)) } catch {
          throw error.inside(.index(index))
        }
      }
      return parts
    case nil, .null: throw .missing()
    default: throw InputFault("Input should be a string or an array of parts")
    }
  }

  private static func part(_ json: JSONValue) throws(InputFault) -> Part {
    guard case .object(let members) = json else { throw InputFault("Input should be an object") }
    guard let type = members["type"]?.string else { throw .missing(.name("type")) }
    switch type {
    case "input_text", "output_text", "text", "summary_text", "reasoning_text":
      guard let text = members["text"]?.string else { throw .missing(.name("text")) }
      return .text(TextPart(text, extras: extras(of: members)))
    case "refusal":
      guard let text = members["refusal"]?.string else { throw .missing(.name("refusal")) }
      return .refusal(text)
    case "input_image": return .image(try image(members))
    case "input_file":
      guard let document = document(members) else {
        throw InputFault("Input should have one of 'file_data', 'file_url' and 'file_id'")
      }
      return .document(document)
    case "input_audio":
      guard let data = members["input_audio"]?["data"]?.string else { throw .missing(.name("input_audio")) }
      return .audio(
        AudioPart(
          data: data, format: members["input_audio"]?["format"]?.string,
          extras: members.without("type", "input_audio")))
    default: return .opaque(OpaquePart(name: content, members: members, dialect: .responses))
    }
  }

  /// Empty lists are what an answer's texts have where there is nothing.
  private static func extras(of members: JSONObject) -> JSONObject {
    var extras = members.without("type", "text")
    for name in ["annotations", "logprobs"] where extras[name]?.array?.isEmpty == true { extras[name] = nil }
    return extras
  }

  private static func image(_ members: JSONObject) throws(InputFault) -> ImagePart {
    let detail = members["detail"]?.string
    let extras = members.without("type", "image_url", "file_id", "detail")
    if let id = members["file_id"]?.string {
      return ImagePart(source: "", id: id, detail: detail, extras: extras)
    }
    guard let url = members["image_url"]?.string, !url.isEmpty else {
      throw InputFault("Input should have one of 'image_url', which is a string, and 'file_id'")
    }
    if DataURL.isOne(url) {
      do throws(Untranslatable) {
        let content = try DataURL(url)
        guard content.mediaType.hasPrefix("image/") else {
          throw Untranslatable("\(content.mediaType) is no image.")
        }
      } catch { throw InputFault("Input should be an image: \(error.sentence)", at: .name("image_url")) }
    }
    return ImagePart(source: DataURL.withRegisteredType(url), detail: detail, extras: extras)
  }

  /// Nil without a file.
  private static func document(_ members: JSONObject) -> DocumentPart? {
    let source = members["file_data"]?.string ?? members["file_url"]?.string
    let id = members["file_id"]?.string
    guard source != nil || id != nil else { return nil }
    return DocumentPart(
      source: source, id: id, name: members["filename"]?.string,
      extras: members.without("type", "file_data", "file_url", "file_id", "filename"))
  }
}
