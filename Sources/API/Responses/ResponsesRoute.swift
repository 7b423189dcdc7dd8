import Shared

/// `POST /v1/responses`: what OpenAI's newer clients ask, Codex among them.
struct ResponsesRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings

  var route: Route { Route(description, handler: asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? settings.wait
    let (body, members) = try await bodies.members(call, as: ResponsesBody.schema)
    // Nothing is kept to be read again, and nobody shall believe so.
    var sent = members
    sent["store"] = false
    try settings.catalogs.current.check(model: body.model)
    let conversation = body.conversation(sent)
    let request = JobRequest.chat(conversation)
    let isFlexible = sent["service_tier"] == "flex"
    let order = JobOrder(
      request: request, lane: isFlexible ? .batch : .interactive, isLaneNamed: isFlexible,
      cache: try call.cacheWish() ?? settings.cache.mode(of: request), metadata: body.metadata,
      expiresIn: settings.expiresIn, streaming: body.stream ? .deltas : nil, user: try UserName.read(sent))
    let writer = ResponsesWriter(
      model: body.model, request: sent, names: ToolNames(of: conversation.toolsInAll))
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }
}

extension BodyReader {
  /// The same as ``read(_:as:)``, and the members as they were sent.
  func members<Model>(
    _ call: Call, as schema: BodySchema<Model>
  ) async throws(Problem) -> (Model, JSONObject) {
    let json = try await json(of: call)
    switch schema.decode(json) {
    case .success(let model): return (model, json.object ?? [:])
    case .failure(let errors): throw .validation(errors)
    }
  }
}
