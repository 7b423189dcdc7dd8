import NIOCore
public import OrderedCollections

/// Texts of which a client wants the embeddings, after validation
/// (https://platform.openai.com/docs/api-reference/embeddings/create).
public struct EmbeddingRequest: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public var model: String
  /// A text, texts, tokens or lists of tokens, as the client sent it.
  public var input: JSONValue
  /// The length of each vector; nil leaves it to the model.
  public var dimensions: Int?
  /// Whether vectors are wanted as Base64 of 32-bit floating-point numbers, the lowest byte first.
  public var isBase64: Bool
  /// All other members that the client sent.
  public var extras: JSONObject

  public init(
    model: String, input: JSONValue, dimensions: Int? = nil, isBase64: Bool = false, extras: JSONObject = [:]
  ) {
    self.model = model
    self.input = input
    self.dimensions = dimensions
    self.isBase64 = isBase64
    self.extras = extras
  }

  /// The texts, or nil when the input is made of tokens.
  public var texts: [String]? {
    switch input {
    case .string(let text): [text]
    case .array(let elements):
      elements.allSatisfy { $0.string != nil } ? elements.compactMap(\.string) : nil
    default: nil
    }
  }

  /// The request in pieces of so many texts at most; itself where it has no more, or no texts.
  public func pieces(ofAtMost count: Int) -> [EmbeddingRequest] {
    guard let texts, texts.count > count else { return [self] }
    return texts.chunks(of: count).map { some in
      var piece = self
      piece.input = .array(some.map(JSONValue.string))
      return piece
    }
  }

  public var estimatedTokens: Int { input.serialized().readableBytes / 4 + 1 }

  /// The request in OpenAI's form, which is also how it is stored.
  public func openAIForm(model: String) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("model", model)
      json.member("input", json: input)
      if let dimensions { json.member("dimensions", Int64(dimensions)) }
      if isBase64 { json.member("encoding_format", "base64") }
      json.members(extras.sortedByName)
    }
    return json.buffer
  }

  /// Reads the stored form. Throws ``StoredJobError`` when it is none.
  init(stored value: JSONValue) throws(StoredJobError) {
    guard var members = value.object, let model = members.removeValue(forKey: "model")?.string,
      let input = members.removeValue(forKey: "input")
    else { throw .unreadable(what: "request", "a member is missing") }
    self.init(
      model: model, input: input,
      dimensions: members.removeValue(forKey: "dimensions")?.integer.map { Int($0) },
      isBase64: members.removeValue(forKey: "encoding_format")?.string == "base64", extras: members)
  }
}
