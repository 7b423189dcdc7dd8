import NIOCore
import Shared

/// `embedContent` and `batchEmbedContents`: texts as vectors.
struct GeminiEmbeddingRoute: Sendable {
  let desk: CompatibleDesk
  let version: GeminiVersion
  let isBatch: Bool

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let isBatch = isBatch
    let embedding = try await call.geminiBody(desk.bodies) { (model, json) throws(InputFault) in
      isBatch
        ? try GeminiEmbeddingReader.several(model: model, json)
        : try GeminiEmbeddingReader.one(model: model, json)
    }
    try desk.catalogs.current.check(model: embedding.model)
    let request = JobRequest.embedding(embedding)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: desk.expiresIn)
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
