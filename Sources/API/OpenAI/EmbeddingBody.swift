import Shared

/// The body of `POST /v1/embeddings`.
struct EmbeddingBody: Sendable {
  enum Encoding: String, Sendable, CaseIterable {
    case float
    case base64
  }

  var model = ""
  var input = JSONValue.null
  var dimensions: Int?
  var encoding = Encoding.float
  var others: JSONObject = [:]

  var request: EmbeddingRequest {
    EmbeddingRequest(
      model: model, input: input, dimensions: dimensions, isBase64: encoding == .base64, extras: others)
  }

  static let schema = BodySchema(
    startingFrom: EmbeddingBody(), others: \EmbeddingBody.others,
    [
      Field(
        "model", \.model, .text(length: 1...256), required: true, example: "openai/text-embedding-3-small",
        "Who is asked: a route's name, `provider/model`, or a model's name."),
      Field(
        "input", \.input, .embeddingInput, required: true, example: "Why is the sky blue?",
        "A text, up to 2048 texts, or their tokens."),
      Field("dimensions", \.dimensions, .integer(in: 1...65_536), "The length of each vector."),
      Field("encoding_format", \.encoding, .choice(), "Numbers, or Base64 of 32-bit floating-point numbers."),
    ])
}

extension ValueRule where Value == JSONValue {
  fileprivate static var embeddingInput: ValueRule {
    ValueRule(
      schema: [
        "anyOf": [["type": "string", "minLength": 1], ["type": "array", "minItems": 1, "maxItems": 2048]]
      ],
      read: { json, errors in
        switch json {
        case .string(let text) where !text.isEmpty: return json
        case .array(let elements) where isInput(elements): return json
        default:
          errors.add(
            .refused("Input should be a text that is not empty, or an array of 1 to 2048 texts or tokens"))
          return nil
        }
      },
      write: { $0 })
  }

  private static func isInput(_ elements: [JSONValue]) -> Bool {
    guard let first = elements.first, elements.count <= 2048 || first.integer != nil else { return false }
    switch first {
    case .string: return elements.allSatisfy { $0.string.map { !$0.isEmpty } ?? false }
    case .array: return elements.allSatisfy { isTokens($0.array ?? []) }
    default: return isTokens(elements)
    }
  }

  private static func isTokens(_ elements: [JSONValue]) -> Bool {
    !elements.isEmpty && elements.allSatisfy { $0.integer.map { $0 >= 0 } ?? false }
  }
}
