import Shared

/// `POST /v1/chat/completions`: what OpenAI's clients ask.
struct ChatCompletionRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let body = try await desk.bodies.read(call, as: ChatCompletionBody.schema)
    try desk.catalogs.current.check(model: body.model)
    var conversation = body.conversation
    conversation.headers = call.request.headers.ofOpenAI
    let request = JobRequest.chat(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      metadata: body.metadata, expiresIn: desk.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(body.others))
    let writer = ChatWriter(model: body.model, includesUsage: body.includesUsage)
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }
}
