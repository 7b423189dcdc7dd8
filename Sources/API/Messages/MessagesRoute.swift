import Shared

/// `POST /v1/messages`: what Anthropic's clients ask, Claude Code among them.
struct MessagesRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let question = try await call.messagesBody(desk.bodies)
    let conversation = question.conversation
    try desk.catalogs.current.check(model: conversation.model)
    let request = JobRequest.chat(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: desk.expiresIn, streaming: question.isStreamed ? .deltas : nil,
      user: try UserName.read(anthropic: conversation.parameters.user))
    let writer = MessagesWriter(model: conversation.model, promptTokens: conversation.promptEstimate)
    return Question(
      order: order, form: question.isStreamed ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }
}

extension Call {
  /// The body as Anthropic's client sent it; `isCount` where only the tokens are to be counted.
  func messagesBody(_ bodies: BodyReader, isCount: Bool = false) async throws(Problem) -> MessagesQuestion {
    let json = try await bodies.json(of: self)
    do {
      return try MessagesRequestReader.read(json, headers: request.headers.ofAnthropic, isCount: isCount)
    } catch { throw Problem(error) }
  }
}
