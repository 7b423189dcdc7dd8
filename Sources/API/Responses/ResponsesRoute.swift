import Shared

/// `POST /v1/responses`: what OpenAI's newer clients ask, Codex among them.
struct ResponsesRoute: Sendable {
  let desk: CompatibleDesk
  let responses: ResponseDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let asked = try await asked(call)
    let body = asked.body
    try desk.catalogs.current.check(model: body.model)
    var conversation = body.conversation(asked.sent)
    conversation.headers = call.request.headers.ofOpenAI
    let request = JobRequest.chat(conversation)
    let isFlexible = asked.sent["service_tier"] == "flex"
    let lane: Lane = isFlexible ? .batch : body.background ? .standard : .interactive
    var order = JobOrder(
      request: request, lane: lane, isLaneNamed: isFlexible,
      cache: try desk.cacheMode(of: request, in: call), metadata: body.metadata,
      expiresIn: desk.expiresIn, streaming: body.stream ? .deltas : nil,
      user: try UserName.read(asked.sent))
    if body.store || asked.conversation != nil {
      order.kept = KeptRequest(
        body: JSONValue.object(asked.sent.withoutToolSecrets).serialized(), previous: asked.previous,
        conversation: asked.conversation, isBackground: body.background, isKept: body.store)
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
    let conversation: ConversationPlace?
  }

  private func asked(_ call: Call) async throws(Problem) -> Asked {
    guard let client = call.client else { throw .unauthorized }
    let json = try await desk.bodies.json(of: call)
    var members = json.object ?? [:]
    if let items = members["input"]?.array {
      members["input"] = .array(try await responses.resolved(items, for: client, holding: call.hold))
    }
    var sent = members
    let previous = members["previous_response_id"]?.string
    let conversation = try await conversation(members, for: client, call)
    var history = conversation?.items ?? []
    if let previous {
      history = try await responses.history(until: previous, for: client, holding: call.hold)
    }
    let input = ResponseItems.list(members["input"])
    // One that is none is refused as if it stood alone.
    if !history.isEmpty, !input.isEmpty { members["input"] = .array(history + input) }
    let body: ResponsesBody
    switch ResponsesBody.schema.decode(json.object == nil ? json : .object(members)) {
    case .success(let model): body = model
    case .failure(let errors): throw .validation(errors.behind(history.count))
    }
    // One that changes the answer's meaning; what else is not known goes along.
    if let count = members["n"], !count.isNull {
      throw .validation(ValidationErrors(ValidationIssue(.unknownField, at: ["body", "n"])))
    }
    guard body.store || !body.background else {
      throw Call.invalid("body", "background", "A response in the background is kept; leave out store: false")
    }
    sent["store"] = .bool(body.store)
    return Asked(
      body: body, sent: sent, previous: previous.flatMap { ResponseID.job($0) },
      conversation: conversation?.head.place)
  }

  /// The conversation in which it is asked; nil where it is asked in none.
  private func conversation(
    _ members: JSONObject, for client: Client, _ call: Call
  ) async throws(Problem) -> ReadConversation? {
    guard let json = members["conversation"], !json.isNull else { return nil }
    if let previous = members["previous_response_id"], !previous.isNull { throw Self.notBoth }
    // What names none is refused with all else that is wrong.
    guard let id = json.conversationID else { return nil }
    return try await responses.conversations.read(id, for: client, holding: call.hold)
  }

  /// In OpenAI's words.
  private static let notBoth = Problem.validation(
    ValidationErrors(
      ValidationIssue(
        .said(
          type: ValidationFault.mutuallyExclusive,
          "Mutually exclusive parameters: send 'previous_response_id' or 'conversation', not both"),
        at: ["body", "conversation"])))
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
