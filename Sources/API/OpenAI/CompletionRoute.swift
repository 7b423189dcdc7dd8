import Shared

/// `POST /v1/completions`: texts that go on, as OpenAI's clients asked for them before there were chats.
struct CompletionRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let body = try await desk.bodies.read(call, as: CompletionBody.schema)
    if let (member, sentence) = body.fault { throw Call.invalid("body", member, sentence) }
    let completion = body.request
    try check(completion)
    let request = JobRequest.completion(completion)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      metadata: body.metadata, expiresIn: desk.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(body.others))
    let writer = CompletionWriter(
      model: body.model, includesUsage: body.includesUsage, echoes: body.echoes, count: body.count)
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }

  /// Throws what a chat would lose, where everybody who could be asked has nothing else.
  private func check(_ request: CompletionRequest) throws(Problem) {
    let catalog = desk.catalogs.current
    try catalog.check(model: request.model)
    guard let obstacle = request.chatObstacle,
      !catalog.hasTarget(of: request.model, where: \.takesCompletions)
    else { return }
    throw Call.invalid(
      "body", obstacle.rawValue,
      "\"\(request.model)\" \(obstacle.phrase); \(CompletionRequest.ChatObstacle.advice)")
  }
}
