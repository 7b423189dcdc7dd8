import OrderedCollections

extension Part {
  /// Under which a file of an answer of Gemini's has what only Gemini's clients know.
  private static let name = "gemini"

  mutating func setGemini(_ members: JSONObject) {
    guard !members.isEmpty else { return }
    switch self {
    case .image(var image):
      image.extras[Self.name] = .object(members)
      self = .image(image)
    case .audio(var audio):
      audio.extras[Self.name] = .object(members)
      self = .audio(audio)
    case .document(var document):
      document.extras[Self.name] = .object(members)
      self = .document(document)
    default: break
    }
  }

  /// A file as Gemini's clients read it, with those members again.
  func geminiForm(_ plain: JSONValue) -> JSONValue {
    let extras: JSONObject =
      switch self {
      case .image(let image): image.extras
      case .audio(let audio): audio.extras
      case .document(let document): document.extras
      default: [:]
      }
    guard let own = extras[Self.name]?.object, case .object(var part) = plain else { return plain }
    for (name, value) in own {
      switch name {
      case "mimeType", "displayName":
        for kind in ["inlineData", "fileData"] {
          guard case .object(var file)? = part[kind] else { continue }
          file[name] = value
          part[kind] = .object(file)
        }
      default: part[name] = value
      }
    }
    return .object(part)
  }
}
