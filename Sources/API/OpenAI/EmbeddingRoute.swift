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
    var list: JSONObject = ["object": "list", "data": data, "model": .string(result.model)]
    list["usage"] = .object(Self.usage(result.usage.object ?? [:], own: result.answer.extras["usage"]))
    for (name, value) in result.answer.extras where list[name] == nil { list[name] = value }
    return JSONValue.object(list).serialized()
  }

  /// As its provider told it: there is no answer whose tokens could count. `own` is what it told of that all the same.
  private static func usage(_ told: JSONObject, own: JSONValue?) -> JSONObject {
    var usage: JSONObject = [
      "prompt_tokens": told["prompt_tokens"] ?? 0, "total_tokens": told["total_tokens"] ?? 0,
    ]
    for (name, value) in told where usage[name] == nil && !(name == "completion_tokens" && value == 0) {
      usage[name] = value
    }
    return usage.merging(own?.object ?? [:]) { known, _ in known }
  }
}
