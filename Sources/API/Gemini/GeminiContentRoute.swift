import Shared

/// `generateContent` and `streamGenerateContent`: what clients of Gemini's ask.
struct GeminiContentRoute: Sendable {
  let desk: CompatibleDesk
  let version: GeminiVersion
  let isStreamed: Bool

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let conversation = try await call.geminiBody(desk.bodies) { (model, json) throws(InputFault) in
      try GeminiRequestReader.conversation(model: model, json)
    }
    try desk.catalogs.current.check(model: conversation.model)
    let request = JobRequest.chat(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: desk.expiresIn, streaming: isStreamed ? .deltas : nil)
    // Without `alt=sse` a stream is one JSON array.
    let writer = GeminiWriter(model: conversation.model, isArray: call.query("alt") != "sse")
    return Question(
      order: order, form: isStreamed ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }
}
