import NIOCore
import Shared

/// `POST /v1/embeddings`: texts as vectors.
struct EmbeddingRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let body = try await desk.bodies.read(call, as: EmbeddingBody.schema)
    try desk.catalogs.current.check(model: body.model)
    let request = JobRequest.embedding(body.request)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: desk.expiresIn, user: try UserName.read(body.others))
    return Question(order: order, form: .written(by: EmbeddingWriter()), wait: wait)
  }
}

/// Writes lists of vectors.
private struct EmbeddingWriter: AnswerWriter {
  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    guard let data = result.embeddings else { throw .internalError }
    let list: JSONValue = [
      "object": "list", "data": data, "model": .string(result.model),
      "usage": [
        "prompt_tokens": result.usage["prompt_tokens"] ?? 0,
        "total_tokens": result.usage["total_tokens"] ?? 0,
      ],
    ]
    return list.serialized()
  }
}
