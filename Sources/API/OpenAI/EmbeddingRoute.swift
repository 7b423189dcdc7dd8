import Shared

/// `POST /v1/embeddings`: texts as vectors.
struct EmbeddingRoute: Sendable {
  let desk: JobDesk
  let bodies: BodyReader
  let catalogs: CatalogSource
  let expiresIn: Duration
  let wait: Duration

  var route: Route {
    Route(description) { (call) throws(Problem) in try await call.cancellingOnDisconnect(desk, answer) }
  }

  private func answer(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let wait = try call.wait() ?? wait
    var admission = try await admission(of: call, by: client)
    let answer = try await OpenAIAnswer.of(&admission, by: client, call, desk: desk, within: wait)
    guard let data = answer.result.data else { throw .internalError }
    let list: JSONValue = [
      "object": "list", "data": data, "model": .string(answer.result.model),
      "usage": [
        "prompt_tokens": answer.result.usage["prompt_tokens"] ?? 0,
        "total_tokens": answer.result.usage["total_tokens"] ?? 0,
      ],
    ]
    return Reply(.ok, json: list.serialized(), headers: answer.headers, limit: answer.limit)
  }

  private func admission(of call: Call, by client: Client) async throws(Problem) -> Admission {
    let key = try call.idempotencyKey()
    let body = try await bodies.read(call, as: EmbeddingBody.schema)
    try catalogs.current.check(model: body.model)
    let order = JobOrder(
      request: .embedding(body.request), lane: .interactive, cache: call.cacheMode, expiresIn: expiresIn)
    return desk.admission(
      of: order, by: client, idempotencyKey: key, isAwaited: true, recordsCacheHit: false)
  }
}
