import Shared

/// `POST /v1/chat/completions`: what OpenAI's clients ask.
struct ChatCompletionRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings

  var route: Route { Route(description, handler: asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? settings.wait
    let body = try await bodies.read(call, as: ChatCompletionBody.schema)
    try settings.catalogs.current.check(model: body.model)
    var conversation = body.conversation
    conversation.headers = call.request.headers.ofOpenAI
    let request = JobRequest.chat(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try call.cacheWish() ?? settings.cache.mode(of: request),
      metadata: body.metadata, expiresIn: settings.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(body.others))
    let writer = ChatWriter(model: body.model, includesUsage: body.includesUsage)
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }
}

/// What the routes of other APIs' clients have in common.
struct CompatibleSettings: Sendable {
  let catalogs: CatalogSource
  /// How long a job may wait for its start.
  let expiresIn: Duration
  /// How long an answer may take before its client is sent away to come back.
  let wait: Duration
  let cache: CompatibleCache
}

extension ProviderCatalog {
  /// Throws ``Problem/modelNotFound(_:)`` when a model's name leads nowhere.
  func check(model: String) throws(Problem) {
    do throws(RoutingError) { _ = try targets(for: model) } catch {
      let sentence = error.description
      throw .modelNotFound(sentence.prefix(1).uppercased() + sentence.dropFirst() + ".")
    }
  }
}
