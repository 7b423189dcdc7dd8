import Shared

/// Reads requests for embeddings.
enum GeminiEmbeddings {
  private static let batchLimit = 100

  static func readOne(_ body: JSONValue, model: String) throws(Refusal) -> EmbeddingCall {
    let (text, dimensions) = try read(body, at: "EmbedContentRequest")
    return EmbeddingCall(model: model, inputs: [text], dimensions: dimensions, form: .single)
  }

  static func readBatch(_ body: JSONValue, model: String) throws(Refusal) -> EmbeddingCall {
    let requests = body["requests"]?.array ?? []
    let place = "BatchEmbedContentsRequest.requests"
    if requests.isEmpty { throw fault(place, "at least one request is required") }
    guard requests.count <= batchLimit else {
      throw fault(place, "at most \(batchLimit) requests can be in one batch")
    }
    var texts: [String] = []
    var wished: Int?
    for (index, request) in requests.enumerated() {
      let place = "\(place)[\(index)]"
      guard request["model"]?.string == "models/\(model)" else {
        throw fault("\(place).model", "model must match the one of the batch, models/\(model)")
      }
      let (text, dimensions) = try read(request, at: place)
      // The real one takes them apart; no client sends that.
      guard wished ?? dimensions == dimensions else {
        throw fault("\(place).output_dimensionality", "must be the same in all requests")
      }
      wished = dimensions
      texts.append(text)
    }
    return EmbeddingCall(
      model: model, inputs: texts, dimensions: wished ?? EmbeddingCall.usualDimensions, form: .numbers)
  }

  private static func read(
    _ request: JSONValue, at place: String
  ) throws(Refusal) -> (text: String, dimensions: Int) {
    let parts = request["content"]?["parts"]?.array ?? []
    let text = parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
    if text.isEmpty { throw fault("\(place).content", "content is not specified") }
    guard let value = request.present("outputDimensionality") else {
      return (text, EmbeddingCall.usualDimensions)
    }
    guard let count = value.integer, (1...EmbeddingCall.dimensionLimit).contains(count) else {
      throw fault("\(place).output_dimensionality", "must be from 1 to \(EmbeddingCall.dimensionLimit)")
    }
    return (text, Int(count))
  }

  private static func fault(_ place: String, _ message: String) -> Refusal {
    .invalid("* \(place): \(message)\n")
  }
}
