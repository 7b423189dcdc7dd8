import Shared

/// Reads requests for embeddings.
enum OpenAIEmbeddings {
  private static let inputLimit = 2048

  static func read(_ body: JSONValue, model: String) throws(Refusal) -> EmbeddingCall {
    let form: EmbeddingCall.Form
    switch body.present("encoding_format") {
    case nil, "float": form = .numbers
    case "base64": form = .base64
    default:
      throw .invalid(
        "Invalid value for 'encoding_format'. Supported values are: 'float' and 'base64'.",
        parameter: "encoding_format", code: "invalid_value")
    }
    var dimensions = EmbeddingCall.usualDimensions
    if let value = body.present("dimensions") {
      guard let count = value.integer, (1...EmbeddingCall.dimensionLimit).contains(count) else {
        throw .invalid(
          "Invalid value for 'dimensions': must be an integer from 1 to \(EmbeddingCall.dimensionLimit).",
          parameter: "dimensions", code: "invalid_value")
      }
      dimensions = Int(count)
    }
    return EmbeddingCall(
      model: model, inputs: try inputs(body.present("input")), dimensions: dimensions, form: form)
  }

  /// A string, some strings, tokens, or some arrays of tokens.
  private static func inputs(_ value: JSONValue?) throws(Refusal) -> [String] {
    let inputs: [String?]
    switch value {
    case .string(let text)?: inputs = [text]
    case .array(let elements)? where elements.contains { $0.integer != nil }:
      inputs = [tokens(elements)]
    case .array(let elements)?:
      inputs = elements.map { element in element.string ?? element.array.flatMap(tokens) }
    default: inputs = []
    }
    guard !inputs.isEmpty, inputs.allSatisfy({ $0 != nil }) else {
      throw .invalid(
        "'$.input' is invalid. Please check the API reference: "
          + "https://platform.openai.com/docs/api-reference.", parameter: "input")
    }
    guard inputs.count <= inputLimit else {
      throw .invalid(
        "Invalid 'input': array too long. Expected an array with maximum length \(inputLimit), but got an "
          + "array with length \(inputs.count) instead.", parameter: "input", code: "array_above_max_length")
    }
    let texts = inputs.compactMap { $0 }
    guard texts.allSatisfy({ !$0.isEmpty }) else {
      throw .invalid("Invalid 'input': input cannot be an empty string.", parameter: "input")
    }
    return texts
  }

  /// Nil where one of them is no token.
  private static func tokens(_ elements: [JSONValue]) -> String? {
    let tokens = elements.compactMap(\.integer).filter { (0..<1_000_000).contains($0) }
    guard tokens.count == elements.count else { return nil }
    return tokens.map(String.init).joined(separator: " ")
  }
}
