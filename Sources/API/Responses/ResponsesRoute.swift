import Shared

/// `POST /v1/responses`: what OpenAI's newer clients ask, Codex among them.
struct ResponsesRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings
  let responses: ResponseDesk

  var route: Route { Route(description, handler: asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try call.wait() ?? settings.wait
    let asked = try await asked(call)
    let body = asked.body
    try settings.catalogs.current.check(model: body.model)
    var conversation = body.conversation(asked.sent)
    conversation.headers = call.request.headers.ofOpenAI
    let request = JobRequest.chat(conversation)
    let isFlexible = asked.sent["service_tier"] == "flex"
    let lane: Lane = isFlexible ? .batch : body.background ? .standard : .interactive
    var order = JobOrder(
      request: request, lane: lane, isLaneNamed: isFlexible,
      cache: try call.cacheWish() ?? settings.cache.mode(of: request), metadata: body.metadata,
      expiresIn: settings.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(asked.sent))
    if body.store {
      order.kept = KeptRequest(
        body: JSONValue.object(asked.sent.withoutToolSecrets).serialized(), previous: asked.previous,
        isBackground: body.background)
    } else {
      order.leavesNothing = true
    }
    let writer = ResponsesWriter(
      model: body.model, request: asked.sent, names: ToolNames(of: conversation.toolsInAll))
    if body.background, !body.stream {
      return Question(order: order, form: .later(by: writer), wait: nil)
    }
    return Question(
      order: order, form: body.stream ? .streamed(by: writer) : .written(by: writer), wait: wait)
  }

  // MARK: - What is asked

  private struct Asked {
    /// With all that it goes on from.
    let body: ResponsesBody
    /// The members as they were sent, with items in the place of references to them.
    let sent: JSONObject
    let previous: JobID?
  }

  private func asked(_ call: Call) async throws(Problem) -> Asked {
    guard let client = call.client else { throw .unauthorized }
    let json = try await bodies.json(of: call)
    var (members, count) = (json.object ?? [:], 0)
    if let items = members["input"]?.array {
      members["input"] = .array(try await responses.resolved(items, for: client, holding: call.hold))
    }
    var sent = members
    let previous = members["previous_response_id"]?.string
    if let previous {
      let history = try await responses.history(until: previous, for: client, holding: call.hold)
      let input = ResponseItems.list(members["input"])
      count = history.count
      // One that is none is refused as if it stood alone.
      if !input.isEmpty { members["input"] = .array(history + input) }
    }
    let body: ResponsesBody
    switch ResponsesBody.schema.decode(json.object == nil ? json : .object(members)) {
    case .success(let model): body = model
    case .failure(let errors): throw .validation(errors.behind(count))
    }
    guard body.store || !body.background else {
      throw Call.invalid("body", "background", "A response in the background is kept; leave out store: false")
    }
    sent["store"] = .bool(body.store)
    return Asked(body: body, sent: sent, previous: previous.flatMap { ResponseID.job($0) })
  }
}

extension ValidationErrors {
  /// The same with items of the input counted as the client sent them, `count` of those that were read before them. What is
  /// wrong with what it goes on from is wrong with the input as a whole.
  fileprivate func behind(_ count: Int) -> ValidationErrors {
    guard count > 0 else { return self }
    var errors = ValidationErrors()
    for issue in issues {
      var location = issue.location
      if location.count > 2, location[1] == "input", case .index(let index) = location[2] {
        location = index < count ? Array(location.prefix(2)) : location
        if index >= count { location[2] = .index(index - count) }
      }
      errors.add(issue.fault, at: location)
    }
    return errors
  }
}
