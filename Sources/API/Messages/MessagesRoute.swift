import Shared

/// `POST /v1/messages`: what Anthropic's clients ask, Claude Code among them.
struct MessagesRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings

  var route: Route { Route(description, handler: asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? settings.wait
    let question = try await call.messagesBody(bodies)
    let conversation = question.conversation
    try settings.catalogs.current.check(model: conversation.model)
    let request = JobRequest.chat(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try call.cacheWish() ?? settings.cache.mode(of: request),
      expiresIn: settings.expiresIn, streaming: question.isStreamed ? .deltas : nil,
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
