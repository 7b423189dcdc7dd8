import OrderedCollections

/// Reads requests for embeddings in Gemini's form (https://ai.google.dev/api/embeddings).
public enum GeminiEmbeddingReader {
  private static let mostTexts = 2048

  /// `embedContent`: one text. `model` is as it stands in the path.
  public static func one(model: String, _ json: JSONValue) throws(InputFault) -> EmbeddingRequest {
    let request = GeminiMembers.camelCased(json)
    return self.request(model, [try text(request)], try wishes(request))
  }

  /// `batchEmbedContents`: several, which all wish the same.
  public static func several(model: String, _ json: JSONValue) throws(InputFault) -> EmbeddingRequest {
    let name = "requests"
    guard let requests = GeminiMembers.camelCased(json)[name]?.array, !requests.isEmpty,
      requests.count <= mostTexts
    else {
      throw InputFault("Input should be an array of 1 to \(mostTexts) requests", at: .name(name))
    }
    var texts: [String] = []
    var first: Wishes?
    for (index, request) in requests.enumerated() {
      do throws(InputFault) {
        if let asked = request["model"]?.string, GeminiModel(asked).name != GeminiModel(model).name {
          throw InputFault(
            "Model name should be the same as in the request's path", at: .name("model"))
        }
        texts.append(try text(request))
        let wishes = try wishes(request)
        if let first, first != wishes {
          throw InputFault(
            "taskType, title and outputDimensionality should be the same in all requests")
        }
        first = first ?? wishes
      } catch { throw error.inside(.name(name), .index(index)) }
    }
    return self.request(model, texts, first ?? Wishes())
  }

  private struct Wishes: Equatable {
    var dimensions: Int?
    var own: JSONObject = [:]
  }

  /// What only Gemini knows stands under its vendor's name.
  private static func request(_ model: String, _ texts: [String], _ wishes: Wishes) -> EmbeddingRequest {
    EmbeddingRequest(
      model: model, input: .array(texts.map(JSONValue.string)), dimensions: wishes.dimensions,
      extras: wishes.own.isEmpty ? [:] : ["google": .object(wishes.own)])
  }

  private static func wishes(_ request: JSONValue) throws(InputFault) -> Wishes {
    var wishes = Wishes()
    // Newer ones stand in a configuration.
    for members in [request, request["embedContentConfig"] ?? [:]] {
      if let json = members["outputDimensionality"] {
        guard let count = json.integer, (1...65_536).contains(count) else {
          throw InputFault(
            "Input should be an integer from 1 to 65536", at: .name("outputDimensionality"))
        }
        wishes.dimensions = Int(count)
      }
      for name in ["taskType", "title"] { wishes.own[name] = members[name] ?? wishes.own[name] }
    }
    return wishes
  }

  private static func text(_ request: JSONValue) throws(InputFault) -> String {
    let content = request["content"]
    guard
      let parts = content?.string.map({ [["text": .string($0)] as JSONValue] })
        ?? GeminiMembers.list(content?["parts"]), !parts.isEmpty
    else { throw InputFault("Input should be a content with parts", at: .name("content")) }
    let texts = parts.compactMap { $0["text"]?.string }
    guard texts.count == parts.count else {
      throw InputFault("Only texts are embedded", at: .name("content"), .name("parts"))
    }
    let text = texts.joined(separator: "\n")
    guard !text.isEmpty else { throw InputFault("Input should not be empty", at: .name("content")) }
    return text
  }
}
