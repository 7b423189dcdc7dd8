import NIOCore
import Shared

/// `embedContent` and `batchEmbedContents`: texts as vectors.
struct GeminiEmbeddingRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings
  let version: GeminiVersion
  let isBatch: Bool

  var route: Route { Route(description, handler: asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? settings.wait
    let isBatch = isBatch
    let embedding = try await call.geminiBody(bodies) { (model, json) throws(InputFault) in
      isBatch
        ? try GeminiEmbeddingReader.several(model: model, json)
        : try GeminiEmbeddingReader.one(model: model, json)
    }
    try settings.catalogs.current.check(model: embedding.model)
    let request = JobRequest.embedding(embedding)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try call.cacheWish() ?? settings.cache.mode(of: request),
      expiresIn: settings.expiresIn)
    return Question(order: order, form: .written(by: GeminiEmbeddingWriter(isBatch: isBatch)), wait: wait)
  }
}

/// Writes vectors as Gemini's clients read them.
private struct GeminiEmbeddingWriter: AnswerWriter {
  let isBatch: Bool

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    guard let data = result.embeddings?.array, !data.isEmpty else { throw .internalError }
    let vectors = data.map { ["values": $0["embedding"] ?? []] as JSONValue }
    let body: JSONValue = isBatch ? ["embeddings": .array(vectors)] : ["embedding": vectors[0]]
    return body.serialized()
  }
}
